import Foundations
import Operations

/// What the tiles do next. Tensors are named by their numbers in the function.
package struct TileStep: Hashable, Sendable {
  /// What is done, with the tensors that it is done to.
  package enum Kind: Hashable, Sendable {
    /// Brings elements of a tensor, as a view reads them, to where another has them.
    case exchange(Exchange)
    /// Every tile runs a vertex on what it has of the operands, and makes what it has of the results.
    case compute(Vertex, operands: [Int], results: [Int])
    /// Writes a constant: all its elements, or one that all elements are.
    case fill(Int, TensorLiteral)
    /// Copies a tensor to another IPU, tile by tile, over IPU-Links.
    case copyBetweenIPUs(from: Int, to: Int)
    /// Takes the next tensor of a host stream.
    case infeed(stream: String, to: Int)
    /// Reads a buffer of streaming memory, named by its number in the function.
    case load(buffer: Int, to: Int)
    /// Writes one.
    case store(Int, buffer: Int)
    /// Runs a function, on one IPU where it is one of those that run on one.
    case call(function: Int, ipu: Int, arguments: [Place], results: [Place])
    /// Runs steps so often, with the number of the iteration in a tensor.
    case `repeat`(count: Int, iteration: [Int], steps: [TileStep])
    /// Runs an operation over all replicas.
    case collective(Collective, operands: [Int], results: [Int])
    /// The number of the replica.
    case replicaIndex(Int)
  }

  /// An argument or a result of a call: a tensor on the tiles, or a buffer of streaming memory.
  package enum Place: Hashable, Sendable {
    case tensor(Int)
    case buffer(Int)
  }

  /// What is done.
  package var kind: Kind
  /// The operation of the program that the step is part of.
  package var operation: Int

  package init(_ kind: Kind, operation: Int) {
    self.kind = kind
    self.operation = operation
  }
}

/// From layout to layout: the elements that a view reads of one tensor go to a box of another.
package struct Exchange: Hashable, Sendable {
  /// The tensor that is read.
  package var source: Int
  /// What is read of it.
  package var view: View
  /// The tensor that is written.
  package var destination: Int
  /// Where in the destination the view begins; nil for the whole of it.
  package var starts: [Int]?
  /// In which order a tile puts what arrives.
  package var order: Order

  /// In which order a tile puts what arrives. A fragment that goes to many pieces of memory takes an
  /// instruction for each; put down as it comes it takes one.
  package enum Order: Hashable, Sendable {
    /// Every piece where it belongs.
    case direct
    /// As it comes: who reads the destination has an order of its own anyway. A product brings its
    /// operands into that of the AMP unit; a sum of parts, each of which comes in one order, puts its
    /// result where it belongs.
    case streamed
    /// As it comes, into a tensor as large as the destination, and from there where it belongs.
    case staged(Int)
  }

  package init(
    from source: Int, _ view: View, to destination: Int, at starts: [Int]? = nil,
    order: Order = .direct
  ) {
    self.source = source
    self.view = view
    self.destination = destination
    self.starts = starts
    self.order = order
  }

  /// The tensor that takes what arrives before it goes where it belongs; nil where none does.
  package var staging: Int? {
    if case .staged(let tensor) = order { return tensor }
    return nil
  }
}

/// What a tile computes in a compute set, on its boxes of the operands and results.
package enum Vertex: Hashable, Sendable {
  /// An operation, on the boxes as if they were its operands.
  ///
  /// Of a table that is cut by rows a tile gathers zeros for other tiles' rows, and adds only to its
  /// own; columns likewise. Dropout draws by the element's number in the whole tensor.
  case operation(Operation)
  /// The chain of the operation's region: these operations, element by element.
  case chain([Elementwise])
  /// The sum over the first axis, which no tile has a part of only, rounded once.
  case addPartials
  /// A product into a box of partial sums, whose first axis counts the parts of what is summed over.
  case partialProduct(Contraction)
  /// An operation whose results have a first axis that counts the tiles' parts of the sum.
  case partial(Operation)
}

/// A function on tiles.
package struct TileFunction: Hashable, Sendable {
  /// The name of the program's function.
  package var name: String
  /// Its tensors, which steps name by their numbers.
  package var tensors: [TileTensor]
  /// What it does, in order.
  package var steps: [TileStep]
  /// For each argument its tensor or buffer; in entries those of the host.
  package var arguments: [TileStep.Place]
  /// For each result its tensor or buffer.
  package var results: [TileStep.Place]
  /// For each result the argument in whose place it is made; nil where the caller gives memory.
  package var updates: [Int?]
  /// Buffers of streaming memory that the function knows: all are arguments.
  package var bufferCount: Int
  /// IPUs that the function's own tensors are on; 1 for functions that run on the IPU of the call.
  package var ipus: Int
  /// Bytes of the frame of each IPU, the same on every tile.
  package var frameBytes: [Int]

  package init(name: String) {
    self.name = name
    tensors = []
    steps = []
    arguments = []
    results = []
    updates = []
    bufferCount = 0
    ipus = 1
    frameBytes = []
  }
}
