import { objectText, propertyTexts } from './json-text'
import type { ProfileStore } from './profile-store'

/**
 * Sets properties of a profile, each given as the JSON of its value; makes the profile when there is none. All else stays
 * the very text that it was.
 */
export function changeProfile(profiles: ProfileStore, userID: string, changes: Readonly<Record<string, string>>): void {
  const known = profiles.json(userID) ?? JSON.stringify({ userID, type: 'basic', affinities: [] })
  const properties = propertyTexts(known)
  for (const [name, text] of Object.entries(changes)) properties.set(name, text)
  profiles.putJson(objectText(properties))
}
