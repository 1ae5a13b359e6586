/**
 * Strikes a secret out of a text, whether it stands there as it is, or as JSON, a URL or HTML write it.
 * @param by what is put in its place
 */
export function struckOut(text: string, secret: string, by: string): string {
  if (secret === '') return text
  const characters = [...secret].map((character) => {
    const code = character.charCodeAt(0)
    const hex = code.toString(16).padStart(2, '0')
    const itself = code > 0xff ? character : `\\x${hex}`
    return `(?:\\\\*(?:${itself}|u00${hex})|%${hex}|&#(?:0*${code}|x0*${hex});)`
  })
  return text.replaceAll(new RegExp(characters.join(''), 'gi'), () => by)
}
