export { default as algoliaPersonalization } from './destinations/algolia-personalization'
export * from './sources/algolia-profiles'
