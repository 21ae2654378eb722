import CZstd
import Foundations

extension SectionCodec {
  /// Raw bytes of one zstd frame; frames are independent, so that a reader can take them in parallel.
  package static let frameByteCount = 16 << 20
  /// Higher levels gain nothing on weights and take far longer.
  private static let level: Int32 = 3

  /// The stored form of `raw`: the same bytes give the same form, with one version of zstd.
  func encode(_ raw: [UInt8]) throws(TesseraError) -> [UInt8] {
    if self == .raw { return raw }
    guard let context = ZSTD_createCCtx() else { throw outOfMemory() }
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Self.level)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    var stored: [UInt8] = []
    for start in stride(from: 0, to: raw.count, by: Self.frameByteCount) {
      var part = Array(raw[start..<min(start + Self.frameByteCount, raw.count)])
      if case .bytePlaneZstd(let width) = self { part = Self.split(part, width: width) }
      let bound = ZSTD_compressBound(part.count)
      var size = 0
      stored += [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
        size = ZSTD_compress2(context, buffer.baseAddress, bound, part, part.count)
        count = ZSTD_isError(size) == 0 ? size : 0
      }
      guard ZSTD_isError(size) == 0 else {
        throw TesseraError(
          .internalError, code: .compressionFailed,
          "zstd cannot compress \(part.count) bytes: \(String(cString: ZSTD_getErrorName(size)))")
      }
    }
    return stored
  }

  /// The raw bytes of `stored`. They may hold anything: what the frames say of their sizes is
  /// compared with `rawSize`, which the caller has bounded, before memory is taken.
  func decode(_ stored: [UInt8], rawSize: Int, name: String) throws(TesseraError) -> [UInt8] {
    if self == .raw {
      guard stored.count == rawSize else { throw damagedBundle("\(name) has two sizes") }
      return stored
    }
    let frames = try Self.frames(of: stored, rawSize: rawSize, name: name)
    guard let context = ZSTD_createDCtx() else { throw outOfMemory() }
    defer { ZSTD_freeDCtx(context) }
    var isGood = true
    var raw = [UInt8](unsafeUninitializedCapacity: rawSize) { buffer, count in
      stored.withUnsafeBytes { source in
        for frame in frames where isGood {
          guard let from = source.baseAddress, let to = buffer.baseAddress else { return }
          let size = ZSTD_decompressDCtx(
            context, to + count, frame.rawSize, from + frame.stored.lowerBound, frame.stored.count)
          isGood = size == frame.rawSize
          count += isGood ? size : 0
        }
      }
    }
    guard isGood else { throw damagedBundle("\(name) does not decompress") }
    if case .bytePlaneZstd(let width) = self {
      var start = 0
      for frame in frames {
        guard frame.rawSize % width == 0 else {
          throw damagedBundle("\(name) has a frame that is not of whole elements")
        }
        let range = start..<start + frame.rawSize
        raw.replaceSubrange(range, with: Self.join(raw[range], width: width))
        start = range.upperBound
      }
    }
    return raw
  }

  /// The largest stored form that a raw size can have; above it a file is damaged.
  func largestStoredSize(forRawSize rawSize: Int) -> Int {
    if self == .raw { return rawSize }
    let frameCount = (rawSize + Self.frameByteCount - 1) / Self.frameByteCount
    return frameCount * ZSTD_compressBound(min(rawSize, Self.frameByteCount))
  }

  private struct Frame {
    var stored: Range<Int>
    var rawSize: Int
  }

  private static func frames(
    of stored: [UInt8], rawSize: Int, name: String
  ) throws(TesseraError) -> [Frame] {
    var frames: [Frame] = []
    var start = 0
    var total = 0
    while start < stored.count {
      let (size, content) = stored.withUnsafeBytes { buffer in
        let rest = UnsafeRawBufferPointer(rebasing: buffer[start...])
        return (
          ZSTD_findFrameCompressedSize(rest.baseAddress, rest.count),
          // Above any limit where the frame is damaged or does not say; 0 for a skippable frame.
          ZSTD_getFrameContentSize(rest.baseAddress, rest.count)
        )
      }
      guard ZSTD_isError(size) == 0, size > 0, size <= stored.count - start,
        content > 0, content <= UInt64(min(frameByteCount, rawSize - total))
      else { throw damagedBundle("\(name) has a damaged frame at byte \(start)") }
      frames.append(Frame(stored: start..<start + size, rawSize: Int(content)))
      start += size
      total += Int(content)
    }
    guard total == rawSize else {
      throw damagedBundle("\(name) holds \(total) bytes, the section table says \(rawSize)")
    }
    return frames
  }

  /// Element-wise bytes to planes; `bytes` holds whole elements.
  private static func split(_ bytes: [UInt8], width: Int) -> [UInt8] {
    let count = bytes.count / width
    return [UInt8](unsafeUninitializedCapacity: bytes.count) { planes, size in
      for plane in 0..<width {
        for index in 0..<count { planes[plane * count + index] = bytes[index * width + plane] }
      }
      size = bytes.count
    }
  }

  /// The inverse of `split`.
  private static func join(_ planes: ArraySlice<UInt8>, width: Int) -> [UInt8] {
    let count = planes.count / width
    return planes.withUnsafeBufferPointer { planes in
      [UInt8](unsafeUninitializedCapacity: planes.count) { bytes, size in
        for plane in 0..<width {
          for index in 0..<count { bytes[index * width + plane] = planes[plane * count + index] }
        }
        size = planes.count
      }
    }
  }
}

private func outOfMemory() -> TesseraError {
  TesseraError(.internalError, code: .outOfMemory, "zstd cannot allocate its context")
}
