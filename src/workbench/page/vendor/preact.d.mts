/** The types of `preact.mjs`, which the build copies here from the package `htm`: Preact, its hooks and htm in one module. */
import type { VNode } from 'preact'

export { Component, h, render } from 'preact'
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
export declare const html: (strings: TemplateStringsArray, ...values: unknown[]) => VNode
