import Foundations
import TileProgram

/// Keeps the code of exchanges small: what arrives in many pieces of memory is put down as it comes and then
/// moved, and where a tile would receive very many fragments they are brought together half way.
struct ExchangeOrdering {
  private(set) var function: TileFunction
  private(set) var costs: CostModel

  /// Pieces of memory above which a tile puts down what arrives as it comes, if that halves them.
  static let largestPieceCount = 64
  /// Fragments above which an exchange is made in two, where they are small.
  static let largestFragmentCount = 192
  /// Bytes below which a fragment is small: eight times what it takes of code, as a second exchange moves all
  /// bytes once more in each of its runs, and the code lies there all the time.
  static let smallFragmentBytes = 8 * ExchangeCode.receiveBytes

  init(_ function: TileFunction, costs: CostModel) {
    self.function = function
    self.costs = costs
  }

  mutating func order() { function.steps = order(function.steps) }

  private mutating func order(_ steps: [TileStep]) -> [TileStep] {
    var result: [TileStep] = []
    for step in steps {
      switch step.kind {
      case .exchange(let exchange):
        for part in divided(exchange) {
          result.append(TileStep(.exchange(ordered(part)), operation: step.operation))
        }
      case .repeat(let count, let iteration, let body):
        result.append(
          TileStep(
            .repeat(count: count, iteration: iteration, steps: order(body)),
            operation: step.operation))
      default: result.append(step)
      }
    }
    return result
  }

  private mutating func ordered(_ exchange: Exchange) -> Exchange {
    guard exchange.order == .direct else { return exchange }
    let (fragments, pieces, _) = costs.receives(of: exchange, in: function)
    guard pieces > Self.largestPieceCount, pieces > 2 * fragments else { return exchange }
    var exchange = exchange
    exchange.order = .staged(temporary(like: exchange.destination, in: nil))
    return exchange
  }

  /// The exchange, or two by way of a layout whose boxes lie half way between the source's and the
  /// destination's: where each tile needs something of n others it then needs it of about 2√n.
  private mutating func divided(_ exchange: Exchange) -> [Exchange] {
    let (fragments, _, bytes) = costs.receives(of: exchange, in: function)
    guard fragments > Self.largestFragmentCount, bytes < fragments * Self.smallFragmentBytes,
      let middle = middle(of: exchange)
    else { return [exchange] }
    let between = temporary(like: exchange.destination, in: middle)
    let shape = middle.shape
    return [
      Exchange(from: exchange.source, exchange.view, to: between),
      Exchange(
        from: between, View(shape), to: exchange.destination, at: exchange.starts,
        order: exchange.order),
    ]
  }

  private func middle(of exchange: Exchange) -> Layout? {
    let source = function.tensors[exchange.source].layout
    let destination = function.tensors[exchange.destination].layout
    guard exchange.view.isWhole(of: source.shape.reduce(1, *)), exchange.starts == nil,
      let source = source.reshaped(to: destination.shape)
    else { return nil }
    var parts: [Int] = []
    var free = destination.tiles
    for axis in destination.axes.indices {
      let product = source.parts(of: axis) * destination.parts(of: axis)
      var root = 1
      while root * root < product { root += 1 }
      parts.append(max(1, min(root, free, destination.axes[axis].extent)))
      free /= parts[axis]
    }
    return Layout(shape: destination.shape, parts: parts, tiles: destination.tiles)
  }

  /// A temporary for what goes to a tensor.
  private mutating func temporary(like tensor: Int, in layout: Layout?) -> Int {
    let original = function.tensors[tensor]
    function.tensors.append(
      TileTensor(
        layout ?? original.layout, original.element, home: .frame(offset: 0),
        category: .temporary, ipu: original.ipu))
    return function.tensors.count - 1
  }
}
