// Generated file. DO NOT MODIFY IT BY HAND.

export interface Settings {
  /**
   * The ID of your Algolia application. Find it in the Algolia dashboard under Settings > API Keys.
   */
  appId: string
  /**
   * An API key of this application with the ACLs search, browse, recommendation.
   */
  apiKey: string
  /**
   * The analytics region of your application. Find it in the Algolia dashboard under Settings > Infrastructure > Analytics.
   */
  region: string
}
// Generated file. DO NOT MODIFY IT BY HAND.

export interface AudienceSettings {
  /**
   * The ID under which the audience appears on Algolia profiles. If left empty, it is made from the key of the audience. To be used as a rule context it must be letters, digits, - and _ only.
   */
  segmentId?: string
}
