/** The master key itself cannot be used: wrong length, unreadable file, a file that others may read. */
export class MasterKeyUnusable extends Error {
  override readonly name = 'MasterKeyUnusable'
}

/** The wrapped key is whole but was made by a master key that this ring does not hold. */
export class WrongMasterKey extends Error {
  override readonly name = 'WrongMasterKey'
}

/** The wrapped key is not one of ours or was changed after we made it. */
export class KeyDamaged extends Error {
  override readonly name = 'KeyDamaged'
}
