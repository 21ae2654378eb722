import CProtobufC
import CSchemas
import Foundations
import Operations
import TileProgram

extension TileProgram {
  /// Reads and validates the bytes of section "tiles", which belongs to `program`. They may hold anything;
  /// memory stays within bounds as in a program's section.
  /// - Parameter program: valid.
  /// - Throws: `TesseraError` (incompatible) where the bytes are not a valid plan of the program.
  package init(encoded bytes: [UInt8], for program: Program) throws(TesseraError) {
    let arena = MessageArena(limit: Program.unpackingLimit(forByteCount: bytes.count))
    let unpacked = arena.withAllocator { allocator in
      tessera__bundle__v1__tile_program__unpack(allocator, bytes.count, bytes)
    }
    guard let unpacked else {
      throw damagedBundle("the section of the tiles is not one, or a bloated one")
    }
    let chains = program.chains
    self = try withExtendedLifetime(arena) { () throws(TesseraError) in
      var decoder = try TileProgramDecoder(unpacked.pointee, program, chains)
      return try decoder.decode()
    }
    try validate(for: program, chains: chains)
  }
}

extension TileProgram {
  /// IPUs of the largest replica that is read, whatever its system: each function has a number for each.
  fileprivate static let mostIPUs = 1024
}

/// Turns unpacked messages into a plan. Only what the Swift types themselves need is checked here:
/// `TileProgram.validate` checks the rest.
struct TileProgramDecoder {
  private let message: Tessera__Bundle__V1__TileProgram
  let program: Program
  let chains: [Program.OperationIndex: [Elementwise]]
  let messages: MessageDecoder
  private let layouts: [Layout]
  private let views: [View]
  private let operations: [Operation]
  private let blocks: UnsafeBufferPointer<UnsafeMutablePointer<Tessera__Bundle__V1__TileBlock>?>
  private var isBlockPlaced: [Bool]

  init(
    _ message: Tessera__Bundle__V1__TileProgram, _ program: Program,
    _ chains: [Program.OperationIndex: [Elementwise]]
  ) throws(TesseraError) {
    self.message = message
    self.program = program
    self.chains = chains
    let messages = try MessageDecoder(message.n_strings, message.strings)
    self.messages = messages
    let tiles = Int(message.tiles)
    layouts = try messages.rows(message.n_layouts, message.layouts) {
      layout throws(TesseraError) in
      try Layout(layout, tiles: tiles)
    }
    views = try messages.rows(message.n_views, message.views) { view throws(TesseraError) in
      View(
        shape: messages.numbers(view.n_shape, view.shape),
        strides: messages.numbers(view.n_strides, view.strides), offset: Int(view.offset))
    }
    operations = try messages.rows(message.n_operations, message.operations) {
      operation throws(TesseraError) in
      try messages.decode(operation)
    }
    blocks = UnsafeBufferPointer(start: message.blocks, count: message.n_blocks)
    isBlockPlaced = blocks.map { _ in false }
  }

  mutating func decode() throws(TesseraError) -> TileProgram {
    var functions = [TileFunction?](repeating: nil, count: program.functions.count)
    let ipus = Int(message.ipus)
    guard (1...TileProgram.mostIPUs).contains(ipus) else {
      throw invalidProgram("the tiles are of \(ipus) IPUs")
    }
    var frameBases: [[Int?]] = functions.map { _ in [] }
    var figures: [TileFigures?] = functions.map { _ in nil }
    for row in try messages.rows(message.n_functions, message.functions, { $0 }) {
      let number = Int(row.number)
      guard functions.indices.contains(number), functions[number] == nil else {
        throw damagedBundle("the tiles have function \(number) twice, or the program does not")
      }
      functions[number] = try decode(row, name: program.functions[number].name)
      frameBases[number] = optionals(row.n_frame_bases, row.frame_bases)
      figures[number] = TileFigures(
        computeCycles: Int(clamping: row.compute_cycles),
        receivedBytes: Int(clamping: row.received_bytes),
        copiedBytes: Int(clamping: row.copied_bytes), checksum: row.checksum)
    }
    if let block = isBlockPlaced.firstIndex(of: false) {
      throw damagedBundle("block \(block) of the tiles belongs to nothing")
    }
    var plan = TileProgram(
      system: try messages.string(message.system), ipus: ipus, functions: functions,
      entry: Int(message.entry))
    for number in functions.indices where functions[number] != nil {
      plan.frameBases[number] = frameBases[number]
    }
    plan.figures = figures
    return plan
  }

  private mutating func decode(
    _ row: Tessera__Bundle__V1__TileFunction, name: String
  ) throws(TesseraError) -> TileFunction {
    var function = TileFunction(name: name)
    function.tensors = try messages.rows(row.n_tensors, row.tensors) {
      tensor throws(TesseraError) in
      try decode(tensor)
    }
    function.steps = try steps(ofBlock: row.body, after: -1, nesting: 0)
    function.arguments = places(row.n_arguments, row.arguments)
    function.results = places(row.n_results, row.results)
    function.updates = optionals(row.n_updates, row.updates)
    function.bufferCount = Int(row.buffers)
    function.ipus = Int(row.ipus)
    function.frameBytes = messages.numbers(row.n_frame_bytes, row.frame_bytes)
    return function
  }

  /// The steps of a block that nothing else has and that stands behind block `outer`, in which it is.
  /// Recurses by the nesting of repeats, which is bounded.
  mutating func steps(
    ofBlock number: UInt32, after outer: Int, nesting: Int
  ) throws(TesseraError) -> [TileStep] {
    let number = Int(number)
    guard nesting <= Program.Limits.nesting else {
      throw invalidProgram(
        "block \(number) of the tiles lies in more than \(Program.Limits.nesting) repeats")
    }
    guard number > outer, number < blocks.count, !isBlockPlaced[number],
      let block = blocks[number]?.pointee
    else { throw damagedBundle("block \(number) of the tiles is missing or used twice") }
    isBlockPlaced[number] = true
    var steps: [TileStep] = []
    steps.reserveCapacity(block.n_steps)
    for step in UnsafeBufferPointer(start: block.steps, count: block.n_steps) {
      guard let step else { throw damagedBundle("a step of the tiles is missing") }
      steps.append(try decode(step.pointee, inBlock: number, nesting: nesting))
    }
    return steps
  }

  private func decode(
    _ tensor: Tessera__Bundle__V1__TileTensor
  ) throws(TesseraError) -> TileTensor {
    guard layouts.indices.contains(Int(tensor.layout)) else {
      throw damagedBundle("the tiles have no layout \(tensor.layout)")
    }
    let category = try messages.string(tensor.category)
    guard let category = TileTensor.Category(rawValue: category) else {
      throw damagedBundle("the tiles have a category '\(category)', which is unknown")
    }
    let home: TileTensor.Home
    switch tensor.home_case {
    case TESSERA__BUNDLE__V1__TILE_TENSOR__HOME_FRAME: home = .frame(offset: Int(tensor.frame))
    case TESSERA__BUNDLE__V1__TILE_TENSOR__HOME_ARGUMENT: home = .argument(Int(tensor.argument))
    case TESSERA__BUNDLE__V1__TILE_TENSOR__HOME_RESULT: home = .result(Int(tensor.result))
    case TESSERA__BUNDLE__V1__TILE_TENSOR__HOME_ALIAS: home = .alias(of: Int(tensor.alias))
    default: throw damagedBundle("a tensor of the tiles has no home")
    }
    return TileTensor(
      layouts[Int(tensor.layout)], try messages.element(tensor.element), home: home,
      category: category, ipu: Int(tensor.ipu))
  }

  /// A row of the views.
  func view(_ number: UInt32) throws(TesseraError) -> View {
    guard views.indices.contains(Int(number)) else {
      throw damagedBundle("the tiles have no view \(number)")
    }
    return views[Int(number)]
  }

  /// What `TileProgramEncoder.reference` wrote.
  func operation(
    _ reference: UInt32, known: Program.OperationIndex
  ) throws(TesseraError) -> Operation {
    guard reference > 0 else { return program.operations[known].operation }
    guard operations.indices.contains(Int(reference) - 1) else {
      throw damagedBundle("the tiles have no operation \(reference - 1)")
    }
    return operations[Int(reference) - 1]
  }

  /// What `TileProgramEncoder.numbers` wrote.
  func places(_ count: Int, _ start: UnsafeMutablePointer<UInt32>?) -> [TileStep.Place] {
    UnsafeBufferPointer(start: start, count: count).map {
      $0 % 2 == 0 ? .tensor(Int($0 / 2)) : .buffer(Int($0 / 2))
    }
  }

  private func optionals(_ count: Int, _ start: UnsafeMutablePointer<UInt32>?) -> [Int?] {
    UnsafeBufferPointer(start: start, count: count).map { $0 == 0 ? nil : Int($0) - 1 }
  }
}

extension Layout {
  /// - Throws: where the numbers are not those of a layout.
  fileprivate init(
    _ row: Tessera__Bundle__V1__TileLayout, tiles: Int
  ) throws(TesseraError) {
    let extents = UnsafeBufferPointer(start: row.extents, count: row.n_extents)
    let grains = UnsafeBufferPointer(start: row.grains, count: row.n_grains)
    let axes = UnsafeBufferPointer(start: row.axes, count: row.n_axes)
    let counts = UnsafeBufferPointer(start: row.counts, count: row.n_counts)
    let strides = UnsafeBufferPointer(start: row.strides, count: row.n_strides)
    guard extents.count == grains.count, axes.count == counts.count, axes.count == strides.count
    else { throw damagedBundle("a layout of the tiles lacks numbers") }
    let digits = axes.indices.map { index in
      Digit(
        axis: axes[index] == 0 ? nil : Int(axes[index]) - 1, count: Int(counts[index]),
        stride: Int(strides[index]))
    }
    // The initialiser trusts its digits.
    guard digits.allSatisfy({ $0.count > 1 }), Self.isMixedRadix(digits, tiles: tiles) else {
      throw invalidProgram("a layout has digits that overlap: \(digits) on \(tiles) tiles")
    }
    self.init(
      axes: extents.indices.map { Axis(extent: Int(extents[$0]), grain: Int(grains[$0])) },
      digits: digits, start: Int(row.start), tiles: tiles)
  }
}
