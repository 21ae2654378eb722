import CProtobufC
import CSchemas
import Foundations
import Operations
import TileProgram

extension TileProgram {
  /// The plan as the bytes of section "tiles": the same plan of the same program gives the same bytes.
  /// - Throws: `TesseraError` where the plan is not one of `program`, or not valid.
  package func encoded(for program: Program) throws(TesseraError) -> [UInt8] {
    try validate(for: program)
    var encoder = TileProgramEncoder(program)
    return encoder.encode(self)
  }
}

/// Builds the messages of a valid plan; `schemas/bundle.proto` describes them.
struct TileProgramEncoder {
  let program: Program
  var messages = MessageEncoder()
  private var layouts = DistinctRows<Layout>()
  private var views = DistinctRows<View>()
  private var operations = DistinctRows<Operation>()
  private var blocks: [Tessera__Bundle__V1__TileBlock] = []

  init(_ program: Program) {
    self.program = program
  }

  mutating func encode(_ plan: TileProgram) -> [UInt8] {
    var message = Tessera__Bundle__V1__TileProgram()
    tessera__bundle__v1__tile_program__init(&message)
    message.system = messages.number(plan.system)
    message.ipus = UInt32(plan.ipus)
    message.entry = UInt32(plan.entry)
    let functions = plan.functions.indices.compactMap { number in
      plan.functions[number].map { encode($0, number, plan) }
    }
    (message.n_functions, message.functions) = messages.pointers(functions)
    // The other tables last, because the functions fill them.
    message.tiles = UInt32(layouts.rows.first?.tiles ?? 0)
    (message.n_layouts, message.layouts) = messages.pointers(layouts.rows.map { encode($0) })
    (message.n_views, message.views) = messages.pointers(views.rows.map { encode($0) })
    let operations = operations.rows.map { messages.encode($0) }
    (message.n_operations, message.operations) = messages.pointers(operations)
    (message.n_blocks, message.blocks) = messages.pointers(blocks)
    (message.n_strings, message.strings) = messages.strings()
    return withExtendedLifetime(messages) {
      [UInt8](
        unsafeUninitializedCapacity: tessera__bundle__v1__tile_program__get_packed_size(&message)
      ) { buffer, count in
        count = tessera__bundle__v1__tile_program__pack(&message, buffer.baseAddress)
      }
    }
  }

  /// The place of a view in its table.
  mutating func number(_ view: View) -> UInt32 { views.number(view) }

  /// How an operation is referred to in a step that is part of operation `known` of the program.
  mutating func reference(_ operation: Operation, known: Program.OperationIndex) -> UInt32 {
    operation == program.operations[known].operation ? 0 : operations.number(operation) + 1
  }

  /// Adds a block behind all that there are; those of its repeats follow.
  mutating func block(_ steps: [TileStep]) -> UInt32 {
    let number = blocks.count
    var message = Tessera__Bundle__V1__TileBlock()
    tessera__bundle__v1__tile_block__init(&message)
    blocks.append(message)
    let steps = steps.map { encode($0) }
    (blocks[number].n_steps, blocks[number].steps) = messages.pointers(steps)
    return UInt32(number)
  }

  /// Tensors and buffers in one list of numbers.
  static func numbers(_ places: [TileStep.Place]) -> [Int] {
    places.map { place in
      switch place {
      case .tensor(let tensor): 2 * tensor
      case .buffer(let buffer): 2 * buffer + 1
      }
    }
  }

  private func encode(_ layout: Layout) -> Tessera__Bundle__V1__TileLayout {
    var message = Tessera__Bundle__V1__TileLayout()
    tessera__bundle__v1__tile_layout__init(&message)
    (message.n_extents, message.extents) = messages.numbers(layout.axes.map(\.extent))
    (message.n_grains, message.grains) = messages.numbers(layout.axes.map(\.grain))
    (message.n_axes, message.axes) = messages.numbers(layout.digits.map { ($0.axis ?? -1) + 1 })
    (message.n_counts, message.counts) = messages.numbers(layout.digits.map(\.count))
    (message.n_strides, message.strides) = messages.numbers(layout.digits.map(\.stride))
    message.start = UInt32(layout.start)
    return message
  }

  private func encode(_ view: View) -> Tessera__Bundle__V1__TileView {
    var message = Tessera__Bundle__V1__TileView()
    tessera__bundle__v1__tile_view__init(&message)
    (message.n_shape, message.shape) = messages.numbers(view.shape)
    (message.n_strides, message.strides) = messages.numbers(view.strides)
    message.offset = Int64(view.offset)
    return message
  }

  private mutating func encode(
    _ function: TileFunction, _ number: Int, _ plan: TileProgram
  ) -> Tessera__Bundle__V1__TileFunction {
    var message = Tessera__Bundle__V1__TileFunction()
    tessera__bundle__v1__tile_function__init(&message)
    message.number = UInt32(number)
    let tensors = function.tensors.map { encode($0) }
    (message.n_tensors, message.tensors) = messages.pointers(tensors)
    message.body = block(function.steps)
    (message.n_arguments, message.arguments) = messages.numbers(Self.numbers(function.arguments))
    (message.n_results, message.results) = messages.numbers(Self.numbers(function.results))
    (message.n_updates, message.updates) = messages.numbers(function.updates.map { ($0 ?? -1) + 1 })
    message.buffers = UInt32(function.bufferCount)
    message.ipus = UInt32(function.ipus)
    (message.n_frame_bytes, message.frame_bytes) = messages.numbers(function.frameBytes)
    (message.n_frame_bases, message.frame_bases) = messages.numbers(
      plan.frameBases[number].map { ($0 ?? -1) + 1 })
    if let figures = plan.figures[number] {
      message.compute_cycles = UInt64(figures.computeCycles)
      message.received_bytes = UInt64(figures.receivedBytes)
      message.copied_bytes = UInt64(figures.copiedBytes)
      message.checksum = figures.checksum
    }
    return message
  }

  private mutating func encode(_ tensor: TileTensor) -> Tessera__Bundle__V1__TileTensor {
    var message = Tessera__Bundle__V1__TileTensor()
    tessera__bundle__v1__tile_tensor__init(&message)
    message.layout = layouts.number(tensor.layout)
    message.element = messages.number(tensor.element.rawValue)
    message.category = messages.number(tensor.category.rawValue)
    message.ipu = UInt32(tensor.ipu)
    switch tensor.home {
    case .frame(let offset):
      message.home_case = TESSERA__BUNDLE__V1__TILE_TENSOR__HOME_FRAME
      message.frame = UInt32(offset)
    case .argument(let argument):
      message.home_case = TESSERA__BUNDLE__V1__TILE_TENSOR__HOME_ARGUMENT
      message.argument = UInt32(argument)
    case .result(let result):
      message.home_case = TESSERA__BUNDLE__V1__TILE_TENSOR__HOME_RESULT
      message.result = UInt32(result)
    case .alias(let other):
      message.home_case = TESSERA__BUNDLE__V1__TILE_TENSOR__HOME_ALIAS
      message.alias = UInt32(other)
    }
    return message
  }
}

/// A table without two equal rows, in the order of the first uses.
private struct DistinctRows<Row: Hashable> {
  private(set) var rows: [Row] = []
  private var numbers: [Row: UInt32] = [:]

  /// The place of the row, which is added where it is new.
  mutating func number(_ row: Row) -> UInt32 {
    if let number = numbers[row] { return number }
    let number = UInt32(rows.count)
    rows.append(row)
    numbers[row] = number
    return number
  }
}
