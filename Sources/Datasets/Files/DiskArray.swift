import Foundations
import Glibc

/// Numbers that are appended once and then read in any order, on the disk instead of in memory: the
/// system keeps in memory what is read often and there is room for.
///
/// A class, because it owns the mapping of the file.
final class DiskArray<Element: BitwiseCopyable>: @unchecked Sendable {
  // Read only and never written to once it is made, which the compiler cannot see of a pointer.
  private let elements: UnsafeRawBufferPointer

  /// The number of elements.
  var count: Int { elements.count / MemoryLayout<Element>.stride }

  /// Gives the elements of a file that is complete.
  fileprivate init(_ file: TemporaryFile, count: Int) throws(TesseraError) {
    elements = try file.mapped(byteCount: count * MemoryLayout<Element>.stride)
  }

  deinit {
    if let base = elements.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), elements.count)
    }
  }

  /// Element `index`, which is below `count`.
  subscript(index: Int) -> Element {
    elements.loadUnaligned(
      fromByteOffset: index * MemoryLayout<Element>.stride, as: Element.self)
  }

  /// A copy of the elements in `range`.
  subscript(range: Range<Int>) -> ArraySlice<Element> {
    range.map { self[$0] }[...]
  }
}

/// Takes the elements of a `DiskArray`, a block at a time in memory. A class, because copies would write
/// to one file.
final class DiskArrayWriter<Element: BitwiseCopyable> {
  private let file: TemporaryFile
  private var block: [Element] = []
  /// Elements taken.
  private(set) var count = 0

  private static var blockCount: Int { 1 << 16 }

  /// Begins an array on the disk of `folder`. Throws `inputOutput` where that cannot be written.
  init(in folder: String) throws(TesseraError) {
    file = try TemporaryFile(in: folder)
    block.reserveCapacity(Self.blockCount)
  }

  func append(_ element: Element) throws(TesseraError) {
    block.append(element)
    count += 1
    if block.count == Self.blockCount { try flush() }
  }

  /// The array of what was taken so far.
  func finish() throws(TesseraError) -> DiskArray<Element> {
    try flush()
    return try DiskArray(file, count: count)
  }

  private func flush() throws(TesseraError) {
    let offset = (count - block.count) * MemoryLayout<Element>.stride
    try file.write(block.withUnsafeBytes { Array($0) }, at: UInt64(offset))
    block.removeAll(keepingCapacity: true)
  }
}
