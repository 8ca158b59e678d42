import type { Run } from './attempts.ts'

/** An object that an action of an execution made. */
export interface Artifact {
  readonly name: string
  readonly place: { readonly bucket: string; readonly key: string }
  readonly run: Run
}

export const artifactsOf = (runs: readonly Run[]): readonly Artifact[] =>
  runs.flatMap((run) =>
    (run.detail.output?.outputArtifacts ?? []).flatMap(({ name = '', s3location }) =>
      s3location?.bucket === undefined || s3location.key === undefined
        ? []
        : [{ name, place: { bucket: s3location.bucket, key: s3location.key }, run }],
    ),
  )

/** `1.2 kB` */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`
  const power = Math.min(4, Math.floor(Math.log10(count) / 3))
  const value = count / 1000 ** power
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`
}

/** Bytes that no text has say that it is none. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
export const isText = (content: string): boolean => !/[\u0000-\u0008\u000E-\u001A]/.test(content.slice(0, 4000))
