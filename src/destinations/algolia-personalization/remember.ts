/** Remembers something as the newest of so many: who was remembered longest ago is forgotten. */
export function remember<Value>(known: Map<string, Value>, name: string, value: Value, most: number): void {
  known.delete(name)
  known.set(name, value)
  for (const oldest of known.keys()) {
    if (known.size <= most) return
    known.delete(oldest)
  }
}
