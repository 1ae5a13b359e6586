/** Further characters change an estimate by less than a thousandth. */
const CHARACTERS_THAT_COUNT = 3

/**
 * Tells from user tokens how far a window has been read, as its pages come in their lexicographic order. It is an estimate: it
 * takes tokens to be spread evenly over all that the characters in use can form, as random ones are. Where several kinds
 * of tokens follow one another, a look at the later pages alone may find more left than a look at all of them does, so
 * it looks from several places, each twice as far back as the one after it, and the most that is left counts.
 */
export class TokenProgress {
  private readonly places: { readonly userToken: string; readonly page: number }[] = []
  private latest: readonly string[] = []
  private pages = 0
  /** Whether a page's tokens have started with what names their kind. */
  private hasKinds = false
  private readonly characters = new Set<string>()

  /** @param userTokens of a page, in their order: a few of them, the last one included */
  add(userTokens: readonly string[]): void {
    const first = userTokens[0]
    if (first !== undefined && (this.pages & (this.pages - 1)) === 0) {
      this.places.push({ userToken: first, page: this.pages })
    }
    if (first !== undefined) this.latest = userTokens
    this.pages += 1
    for (const character of userTokens.join('')) this.characters.add(character)
    if (userTokens.length > 1) this.hasKinds ||= sharedKind(userTokens[0] ?? '', userTokens.at(-1) ?? '') !== ''
  }

  /** About how many pages are left, by all pages so far; undefined once tokens had a kind, as others may follow. */
  get forecast(): number | undefined {
    const [whole] = this.places
    if (whole === undefined || this.hasKinds) return undefined
    return pagesLeft(whole.userToken, this.latest, this.pages, this.characters)
  }

  /** @returns about how many pages are left, or undefined where the tokens don't tell */
  get pagesLeft(): number | undefined {
    const estimates = this.places.map(({ userToken, page }) => pagesLeft(userToken, this.latest, this.pages - page))
    return estimates.reduce((one, other) => (one === undefined ? other : Math.max(one, other ?? 0)), undefined)
  }
}

/**
 * @param first the first user token of the pages that were read
 * @param latest user tokens of the last of these pages
 * @param characters that are known to be in use
 */
function pagesLeft(
  first: string,
  latest: readonly string[],
  pages: number,
  characters: Iterable<string> = []
): number | undefined {
  const last = latest.at(-1) ?? first
  const kind = sharedKind(first, last).length
  const alphabet = [
    ...new Set([...characters, ...[first, ...latest].map((token) => token.slice(kind)).join('')])
  ].sort()
  const place = (token: string): number => placeOf(token.slice(kind), alphabet)
  const read = place(last) - place(first)
  return read > 0 ? (pages * (1 - place(last))) / read : undefined
}

/** @returns what two tokens start with that names their kind, such as `anonymous-`; what else they share is chance */
function sharedKind(one: string, other: string): string {
  let length = 0
  while (length < one.length && one[length] === other[length]) length += 1
  return /^.*[^A-Za-z0-9]/.exec(one.slice(0, length))?.[0] ?? ''
}

/** @returns a text's place, from 0 up to 1, among all texts of an alphabet in their order */
function placeOf(text: string, alphabet: readonly string[]): number {
  let place = 0
  for (let index = CHARACTERS_THAT_COUNT - 1; index >= 0; index -= 1) {
    const character = text[index]
    // What ends sooner comes first.
    const before = character === undefined ? 0 : alphabet.indexOf(character)
    place = (before + place) / alphabet.length
  }
  return place
}
