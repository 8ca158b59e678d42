/** Which files two archives have differently. */
export interface ArchivedFile {
  readonly path: string
  readonly size: number
}

export interface FileDifference {
  readonly path: string
  /** bytes; absent where there is no such file */
  readonly a?: number
  readonly b?: number
}

/** By name and size, in the order of names; a file whose content changed without its size is not seen here. */
export function diffFiles(a: readonly ArchivedFile[], b: readonly ArchivedFile[]): readonly FileDifference[] {
  const before = new Map(a.map(({ path, size }) => [path, size]))
  const after = new Map(b.map(({ path, size }) => [path, size]))
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((path) => {
    const [one, other] = [before.get(path), after.get(path)]
    if (one === other) return []
    return [{ path, ...(one !== undefined && { a: one }), ...(other !== undefined && { b: other }) }]
  })
}
