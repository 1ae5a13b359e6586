import destination from './destinations/algolia-personalization'

// Not `export { default as … }`: what the compiler makes of that, Node doesn't find when an ES module imports it by name.
export const algoliaPersonalization = destination
export * from './sources/algolia-profiles'
