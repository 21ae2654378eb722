import Foundations

/// A machine for pickles that builds what a checkpoint of tensors consists of, and nothing else: it has
/// no imports, no calls but those of `PickleGlobal`, no attributes and no classes. What a pickle names
/// beyond that ends it with an error before anything is done about it.
///
/// The instructions are those of Python's `pickletools`, protocols 2 to 5.
struct PickleMachine {
  /// Tuples and lists by number.
  private(set) var sequences: [[PickleValue]] = []
  /// Dictionaries by number, their pairs in the order of insertion.
  private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  private(set) var tensors: [PyTorchTensor] = []
  private var storages: [PyTorchStorage] = []

  private let path: String
  private let bytes: [UInt8]
  /// The byte that is read next.
  private(set) var position: Int
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  /// A machine for the pickle that begins at a byte of `bytes`, from the file at `path`.
  init(_ bytes: [UInt8], at start: Int = 0, path: String) {
    self.bytes = bytes
    position = start
    self.path = path
  }

  /// The value that the pickle leaves; `position` is then behind it.
  /// - Throws: `checkpoint-damaged`, `checkpoint-refused` (exit 65).
  mutating func run() throws(TesseraError) -> PickleValue {
    while true {
      let start = position
      let instruction = try byte()
      if instruction == Self.stop { return try pop() }
      try execute(instruction, at: start)
    }
  }

  private static let stop = UInt8(ascii: ".")

  private mutating func execute(_ instruction: UInt8, at start: Int) throws(TesseraError) {
    switch instruction {
    case 0x80:  // PROTO
      let version = try byte()
      guard (2...5).contains(version) else {
        throw error("the pickle is of protocol \(version); 2 to 5 are read")
      }
    case 0x95: _ = try take(8)  // FRAME
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.boolean(true))
    case 0x89: stack.append(.boolean(false))
    case UInt8(ascii: "J"): stack.append(.integer(Int(Int32(bitPattern: try word()))))
    case UInt8(ascii: "K"): stack.append(.integer(Int(try byte())))
    case UInt8(ascii: "M"): stack.append(.integer(Int(try word() as UInt16)))
    case 0x8A: stack.append(Self.integer(try take(Int(try byte()))))  // LONG1
    case 0x8B: stack.append(Self.integer(try take(Int(try word() as UInt32))))  // LONG4
    case UInt8(ascii: "G"):
      stack.append(.real(Double(bitPattern: UInt64(bigEndian: try word()))))
    case UInt8(ascii: "X"): stack.append(try text(Int(try word() as UInt32)))
    case 0x8C: stack.append(try text(Int(try byte())))
    case 0x8D: stack.append(try text(try length()))
    // STRING of Python 2, which wrote names of tensors so.
    case UInt8(ascii: "T"): stack.append(try text(Int(try word() as UInt32)))
    case UInt8(ascii: "U"): stack.append(try text(Int(try byte())))
    case UInt8(ascii: "B"): stack.append(.bytes(try take(Int(try word() as UInt32))))
    case UInt8(ascii: "C"): stack.append(.bytes(try take(Int(try byte()))))
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"): stack.append(try top())
    case UInt8(ascii: ")"): push(tuple: [])
    case 0x85: push(tuple: try pop(1))
    case 0x86: push(tuple: try pop(2))
    case 0x87: push(tuple: try pop(3))
    case UInt8(ascii: "t"): push(tuple: try popToMark())
    case UInt8(ascii: "]"): pushList([])
    case UInt8(ascii: "l"): pushList(try popToMark())
    case UInt8(ascii: "a"): try appendToList(try pop(1))
    case UInt8(ascii: "e"): try appendToList(try popToMark())
    case UInt8(ascii: "}"): pushDictionary()
    case UInt8(ascii: "d"):
      let items = try popToMark()
      pushDictionary()
      try insert(items)
    case UInt8(ascii: "s"): try insert(try pop(2))
    case UInt8(ascii: "u"): try insert(try popToMark())
    case UInt8(ascii: "q"): memo[Int(try byte())] = try top()
    case UInt8(ascii: "r"): memo[Int(try word() as UInt32)] = try top()
    case 0x94: memo[memo.count] = try top()  // MEMOIZE
    case UInt8(ascii: "h"): try recall(Int(try byte()))
    case UInt8(ascii: "j"): try recall(Int(try word() as UInt32))
    case UInt8(ascii: "c"): try push(global: try line(), try line())
    case 0x93:  // STACK_GLOBAL
      guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
        throw error("a name is no string")
      }
      try push(global: module, name)
    case UInt8(ascii: "Q"): try pushStorage(try pop())
    case UInt8(ascii: "R"): try call(try pop(2))
    case UInt8(ascii: "b"):
      // The state that an OrderedDict carries are versions of modules, which no tensor depends on.
      _ = try pop()
      guard case .dictionary = try top() else { throw refused("an object with a state of its own") }
    default:
      throw refused(
        "the pickle instruction 0x\(String(instruction, radix: 16)) at byte \(start)")
    }
  }
}

extension PickleMachine {
  private mutating func push(global module: String, _ name: String) throws(TesseraError) {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw refused(printable("\(module).\(name)"))
    }
    stack.append(.global(global))
  }

  /// Calls one of the functions that are known; none of them does more than to note its arguments.
  private mutating func call(_ operands: [PickleValue]) throws(TesseraError) {
    guard case .global(let function) = operands[0], case .tuple(let number) = operands[1] else {
      throw refused("a call of something else than a function")
    }
    let arguments = sequences[number]
    switch function {
    case .orderedDictionary:
      guard arguments.isEmpty || arguments == [.none] else {
        throw refused("an OrderedDict with arguments")
      }
      pushDictionary()
    case .size:
      guard arguments.count == 1, let items = items(of: arguments[0]) else {
        throw error("torch.Size has other arguments than one sequence")
      }
      push(tuple: items)
    case .rebuildTensor:
      tensors.append(try tensor(arguments))
      stack.append(.tensor(tensors.count - 1))
    case .rebuildParameter:
      guard let first = arguments.first, case .tensor = first else {
        throw error("a parameter is made of something else than a tensor")
      }
      stack.append(first)
    case .storage: throw refused("a call of a storage type")
    }
  }

  /// `_rebuild_tensor_v2(storage, storage_offset, size, stride, …)`.
  private func tensor(_ arguments: [PickleValue]) throws(TesseraError) -> PyTorchTensor {
    guard arguments.count >= 4, case .storage(let number) = arguments[0],
      case .integer(let offset) = arguments[1], let shape = integers(arguments[2]),
      let strides = integers(arguments[3])
    else { throw error("a tensor has other arguments than storage, offset, size and stride") }
    return PyTorchTensor(
      storage: storages[number], offset: offset, shape: shape, strides: strides)
  }

  /// A persistent id: `("storage", type, key, location, count)`.
  private mutating func pushStorage(_ value: PickleValue) throws(TesseraError) {
    guard case .tuple(let number) = value, sequences[number].count >= 5,
      case .string("storage") = sequences[number][0],
      case .global(.storage(let element)) = sequences[number][1],
      case .integer(let count) = sequences[number][4], count >= 0
    else { throw refused("a reference to something else than a storage of tensors") }
    let key: String
    switch sequences[number][2] {
    case .string(let text): key = text
    case .integer(let integer): key = String(integer)
    default: throw error("the key of a storage is no string")
    }
    // Old files name a part of a storage here, which only sharing between processes made.
    if sequences[number].count > 5, sequences[number][5] != .none {
      throw refused("a view of a storage")
    }
    storages.append(PyTorchStorage(key: key, element: element, count: count))
    stack.append(.storage(storages.count - 1))
  }

  /// The storages that were named, by key, whether or not a tensor uses them.
  func storagesByKey() -> [String: PyTorchStorage] {
    Dictionary(storages.map { ($0.key, $0) }) { $1 }
  }

  /// The elements where the value is a tuple or a list.
  func items(of value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let number), .list(let number): sequences[number]
    default: nil
    }
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard let items = items(of: value) else { return nil }
    let integers = items.compactMap { if case .integer(let integer) = $0 { integer } else { nil } }
    return integers.count == items.count ? integers : nil
  }

  private mutating func push(tuple items: [PickleValue]) {
    sequences.append(items)
    stack.append(.tuple(sequences.count - 1))
  }

  private mutating func pushList(_ items: [PickleValue]) {
    sequences.append(items)
    stack.append(.list(sequences.count - 1))
  }

  private mutating func pushDictionary() {
    dictionaries.append([])
    stack.append(.dictionary(dictionaries.count - 1))
  }

  private mutating func appendToList(_ items: [PickleValue]) throws(TesseraError) {
    guard case .list(let number) = try top() else { throw error("there is no list to append to") }
    sequences[number] += items
  }

  private mutating func insert(_ items: [PickleValue]) throws(TesseraError) {
    guard case .dictionary(let number) = try top(), items.count.isMultiple(of: 2) else {
      throw error("there is no dictionary for the pairs")
    }
    for index in stride(from: 0, to: items.count, by: 2) {
      dictionaries[number].append((items[index], items[index + 1]))
    }
  }

  private mutating func recall(_ index: Int) throws(TesseraError) {
    guard let value = memo[index] else { throw error("nothing is remembered as \(index)") }
    stack.append(value)
  }

  private func top() throws(TesseraError) -> PickleValue {
    guard let value = stack.last, stack.count > (marks.last ?? 0) else {
      throw error("the stack is empty")
    }
    return value
  }

  private mutating func pop() throws(TesseraError) -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws(TesseraError) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw error("the stack is empty") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(TesseraError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw error("there is no mark on the stack") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }
}

extension PickleMachine {
  private mutating func byte() throws(TesseraError) -> UInt8 {
    guard position < bytes.count else { throw error("the pickle is cut short") }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func take(_ count: Int) throws(TesseraError) -> [UInt8] {
    guard count <= bytes.count - position else { throw error("the pickle is cut short") }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  private mutating func word<Word: FixedWidthInteger>() throws(TesseraError) -> Word {
    try take(MemoryLayout<Word>.size).littleEndian(at: 0)
  }

  private mutating func length() throws(TesseraError) -> Int {
    guard let count = Int(exactly: try word() as UInt64) else {
      throw error("the pickle is cut short")
    }
    return count
  }

  private mutating func text(_ count: Int) throws(TesseraError) -> PickleValue {
    guard let text = String(validating: try take(count), as: UTF8.self) else {
      throw error("a string is not UTF-8")
    }
    return .string(text)
  }

  private mutating func line() throws(TesseraError) -> String {
    guard let end = bytes[position...].firstIndex(of: 0x0A),
      let text = String(validating: bytes[position..<end], as: UTF8.self)
    else { throw error("a name has no end") }
    position = end + 1
    return text
  }

  /// A little-endian integer in two's complement.
  private static func integer(_ bytes: [UInt8]) -> PickleValue {
    guard bytes.count <= 8 else { return .longInteger(bytes) }
    let filler: UInt8 = (bytes.last ?? 0) < 0x80 ? 0 : 0xFF
    let padded = bytes + [UInt8](repeating: filler, count: 8 - bytes.count)
    return .integer(padded.littleEndian(at: 0))
  }

  private func error(_ message: String) -> TesseraError {
    damaged(path, "\(message), before byte \(position) of the pickle")
  }

  private func refused(_ what: String) -> TesseraError {
    TesseraError(
      .badData, code: .checkpointRefused, "\(path) holds more than tensors: \(what)",
      notes: [
        "only tensors, dictionaries, lists, strings and numbers are read; nothing was executed"
      ],
      remedies: [
        "in Python, where you trust the file: torch.save(model.state_dict(), \"weights.bin\")"
      ])
  }
}
