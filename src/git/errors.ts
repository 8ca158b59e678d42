/** git itself said no, or died. The message carries what it wrote to standard error. */
export class GitFailed extends Error {
  override readonly name = 'GitFailed'
}

/** A name that is never shown to git: not a ref, path or repository id that anybody needs. */
export class UnsafeGitName extends Error {
  override readonly name = 'UnsafeGitName'
}

export class RepositoryExists extends Error {
  override readonly name = 'RepositoryExists'
}
