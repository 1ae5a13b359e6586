/** ALGOLIA_PERSONALIZATION_API_VERSION
 * Version of Algolia's Advanced Personalization API: the first part of every path.
 * API reference: https://www.algolia.com/doc/rest-api/advanced-personalization
 */
export const ALGOLIA_PERSONALIZATION_API_VERSION = '2'
