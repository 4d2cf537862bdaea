/** Reads when a JPEG was taken, before shrinking throws the note away. EXIF 2.32 §4.6; only what we need of it. */

const DATE_TIME_ORIGINAL = 0x9003
const EXIF_IFD = 0x8769
/** EXIF sits within the first segments; more of the file need not be read. */
const HEAD_BYTES = 128 * 1024

/** The moment of exposure as the camera wrote it, read as Asia/Shanghai when it names no zone; null when unknown. */
export async function takenAt(file: Blob): Promise<Date | null> {
  try {
    return dateIn(new DataView(await file.slice(0, HEAD_BYTES).arrayBuffer()))
  } catch (failure) {
    if (failure instanceof RangeError) return null // a cut or odd header: no date
    throw failure
  }
}

function dateIn(view: DataView): Date | null {
  if (view.getUint16(0) !== 0xffd8) return null
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const isExif = view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === 0x45786966
    if (isExif) return dateInTiff(new DataView(view.buffer, at + 10))
  }
  return null
}

function dateInTiff(tiff: DataView): Date | null {
  const little = tiff.getUint16(0) === 0x4949
  const find = (directory: number, tag: number): number | undefined => {
    const count = tiff.getUint16(directory, little)
    for (let entry = 0; entry < count; entry++) {
      const at = directory + 2 + entry * 12
      if (tiff.getUint16(at, little) === tag) return tiff.getUint32(at + 8, little)
    }
    return undefined
  }
  const exif = find(tiff.getUint32(4, little), EXIF_IFD)
  const text = exif === undefined ? undefined : find(exif, DATE_TIME_ORIGINAL)
  if (text === undefined) return null
  let written = ''
  for (let index = 0; index < 19; index++) written += String.fromCharCode(tiff.getUint8(text + index))
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(written)
  return parts ? new Date(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}+08:00`) : null
}
