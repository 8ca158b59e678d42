export class BlobNotFound extends Error {
  override readonly name = 'BlobNotFound'
}

/** The bytes on disk are not the ones that were written: cut, changed, reordered, or another blob's. */
export class BlobDamaged extends Error {
  override readonly name = 'BlobDamaged'
}

/** An archive that we will not unpack. The message names the entry and the reason; it is meant for the archive's owner. */
export class ArchiveRefused extends Error {
  override readonly name = 'ArchiveRefused'
}
