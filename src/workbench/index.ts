/**
 * A page on this machine to see and try both connectors, against a local Algolia or a real application, and the HTTP
 * interface of `serve` of Segment's command line.
 */
export { startWorkbench, type RealApplication, type Workbench, type WorkbenchOptions } from './workbench'
export type { Definition } from './host'
