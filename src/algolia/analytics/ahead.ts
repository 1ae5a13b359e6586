/**
 * Carries out something for each member of a list, several at the same time, and gives what came of it in the list's order.
 * @param most so many may be under way or wait to be taken
 */
export async function* ahead<Member, Result>(
  members: Iterable<Member>,
  most: number,
  carryOut: (member: Member) => Promise<Result>
): AsyncGenerator<readonly [Member, Result], void> {
  const begun: { readonly member: Member; readonly result: Promise<Result> }[] = []
  for (const member of members) {
    const result = carryOut(member)
    // It is looked at in its turn.
    result.catch(() => undefined)
    begun.push({ member, result })
    if (begun.length < most) continue
    yield* first(begun)
  }
  while (begun.length > 0) yield* first(begun)
}

async function* first<Member, Result>(begun: { readonly member: Member; readonly result: Promise<Result> }[]) {
  const next = begun.shift()
  if (next !== undefined) yield [next.member, await next.result] as const
}
