import Foundations
import GraphIR
import Operations

extension Operation {
  /// The estimate of an operation's cycles; those of calls and repeats are in what they run. Formulas are
  /// poplibs' cycle estimators where nothing else is said, W·(n/W/v)·c = n·c/v for n elements on a tile
  /// in vectors of v that take c cycles.
  func cycles(_ operands: [TensorType], _ results: [TensorType]) -> Double {
    switch self {
    case .elementwise(let family): family.cycles(operands, results[0])
    case .movement(let family): family.cycles(results[0])
    case .reduction: Reduction.cycles(operands[0])
    case .contraction(let family): family.cycles(operands)
    case .indexing(let family): family.cycles(operands, results[0])
    case .normalization(let family): family.cycles(results[0])
    case .softmax(let family): family.cycles(results[0])
    case .random: Random.cycles(results[0])
    case .accumulation(let family): family.cycles(operands)
    case .stash: Stash.cycles(operands)
    case .remote: Remote.cycles(results[0])
    // A constant is there from the start; the host's link is not counted.
    case .source: 0
    case .collective(let family): family.cycles(operands, results)
    case .control: 0
    }
  }
}

extension TensorType {
  fileprivate var elements: Double { Double(count) }
  fileprivate var bytes: Double { Double(byteCount) }
  /// Elements of a vector of 64 bits.
  fileprivate var vector: Double {
    switch element {
    case .f16, .i1: 4
    case .f32, .i32: 2
    case .f64: 1
    }
  }
  fileprivate var isHalf: Bool { element == .f16 }
}

extension Elementwise {
  fileprivate func cycles(_ operands: [TensorType], _ result: TensorType) -> Double {
    let type = operands.min { $0.vector < $1.vector } ?? result
    return IPUEstimate.step
      + IPUEstimate.onATile(result.elements) * cyclesOfVector(type) / type.vector
  }

  /// poplibs' table of operations, and its estimates of non-linearities.
  private func cyclesOfVector(_ type: TensorType) -> Double {
    let isHalf = type.isHalf
    switch self {
    case .unary(let function):
      switch function {
      case .negate: return 2
      case .exponential: return isHalf ? 4 : 6
      case .exponentialMinusOne: return isHalf ? 7 : 9
      case .logarithm: return isHalf ? 4 : 12
      case .squareRoot: return isHalf ? 23 : 10
      case .tanh: return isHalf ? 4 : 12
      case .geluTanh: return isHalf ? 5 : 10
      case .geluErf: return isHalf ? 15 : 30
      }
    case .binary(let function):
      switch function {
      case .add, .subtract, .multiply: return 3
      case .divide: return isHalf ? 21 : 10
      case .maximum: return isHalf ? 4 : 3
      case .tanhGradient: return 3
      case .geluTanhGradient: return isHalf ? 5 : 10
      case .geluErfGradient: return isHalf ? 15 : 30
      }
    case .compare, .select: return 3
    case .convert: return isHalf ? 2 : 1
    }
  }
}

extension Movement {
  fileprivate func cycles(_ result: TensorType) -> Double {
    switch self {
    // Names for bytes that are there.
    case .reshape, .slice: 0
    case .pad, .concatenate:
      IPUEstimate.step + IPUEstimate.onATile(result.bytes) / IPUEstimate.copyBytesPerCycle
    case .broadcast, .transpose:
      IPUEstimate.step + IPUEstimate.onATile(result.bytes) / IPUEstimate.exchangeBytesPerCycle
    }
  }
}

extension Reduction {
  /// Two loads of 64 bits a loop of two cycles, in two stages.
  fileprivate static func cycles(_ operand: TensorType) -> Double {
    2 * IPUEstimate.step + IPUEstimate.onATile(operand.elements) / operand.vector
  }
}

extension Contraction {
  fileprivate func cycles(_ operands: [TensorType]) -> Double {
    guard operands.count == 2, let extents = try? extents(operands[0], operands[1]) else {
      return 0
    }
    let volume =
      Double(extents.batch) * Double(extents.rows) * Double(extents.columns)
      * Double(extents.contracted)
    let rate: Double = !operands[0].isHalf ? 16 : partials == .f16 ? 64 : 32
    return IPUEstimate.product(
      volume: volume, bytes: Double(operands[0].element.byteCount), rate: rate)
  }
}

extension Indexing {
  fileprivate func cycles(_ operands: [TensorType], _ result: TensorType) -> Double {
    guard operands.count == 2 else { return 0 }
    let step = IPUEstimate.step
    switch self {
    case .gatherRows: return step + Self.lookups(operands[1], columns: result.shape[1])
    case .selectColumns: return step + Self.lookups(operands[1], columns: 1)
    case .scatterAddRows:
      return step + Self.fill(result) + Self.updates(operands[0], columns: result.shape[1])
    case .placeColumns: return step + Self.fill(result) + Self.updates(operands[0], columns: 1)
    }
  }

  /// `multiSlice`: a tile has some rows of the table, and its workers share the indices out: 19 cycles and
  /// one an element for a row that is there, 8 for one that is not.
  private static func lookups(_ indices: TensorType, columns: Int) -> Double {
    IPUEstimate.workers * 30 + IPUEstimate.onATile(indices.elements) * (19 + Double(columns))
      + indices.elements * 8
  }

  /// `multiUpdateAdd`: each worker has some rows of the tile's and looks at all indices, 5 cycles each; a
  /// row takes 11 and three a pair of elements.
  fileprivate static func updates(_ indices: TensorType, columns: Int) -> Double {
    IPUEstimate.workers * (33 + indices.elements * 5)
      + IPUEstimate.onATile(indices.elements) * (11 + 1.5 * Double(columns))
  }

  private static func fill(_ type: TensorType) -> Double {
    IPUEstimate.onATile(type.bytes) / IPUEstimate.copyBytesPerCycle
  }
}

extension Normalization {
  /// ipu-stack's kernel takes 6,732 cycles for a row of 1,152 half elements, 5.8 an element. The gradient
  /// reads two tensors and sums twice as often.
  fileprivate func cycles(_ result: TensorType) -> Double {
    let forward = IPUEstimate.onATile(result.elements) * 5.8 * (4 / result.vector)
    switch self {
    case .layerNorm: return 4 * IPUEstimate.step + forward
    case .layerNormGradient: return 8 * IPUEstimate.step + 2 * forward
    }
  }
}

extension Softmax {
  /// ipu-stack's kernel: 38 + 47·columns/16 cycles a row of half elements. Gradients: a product, a sum and
  /// a product with its subtraction; that of the logarithm has an exponential.
  fileprivate func cycles(_ result: TensorType) -> Double {
    let columns = Double(result.shape.last ?? 1)
    let elements = IPUEstimate.onATile(result.elements)
    let scale = 4 / result.vector
    switch self {
    case .softmax, .logSoftmax:
      let rows = IPUEstimate.onATile(result.elements / max(columns, 1))
      return 7 * IPUEstimate.step + (rows * 38 + elements * 47 / 16) * scale
    case .softmaxGradient: return 4 * IPUEstimate.step + elements * 2.5 * scale
    case .logSoftmaxGradient: return 4 * IPUEstimate.step + elements * 3.5 * scale
    }
  }
}

extension Random {
  /// `6 + 24·W + 2·n/v`
  fileprivate static func cycles(_ result: TensorType) -> Double {
    IPUEstimate.step + IPUEstimate.workers * 25
      + IPUEstimate.onATile(result.elements) * 2 / result.vector
  }
}

extension Accumulation {
  fileprivate func cycles(_ operands: [TensorType]) -> Double {
    switch self {
    case .slice: Elementwise.binary(.add).cycles([operands[1]], operands[1])
    case .rows:
      IPUEstimate.step + Indexing.updates(operands[1], columns: operands[2].shape[1])
    }
  }
}

extension Stash {
  /// A tile copies its part of one entry.
  fileprivate static func cycles(_ operands: [TensorType]) -> Double {
    let entry = operands[0].bytes / Double(operands[0].shape[0])
    return IPUEstimate.step + IPUEstimate.onATile(entry) / IPUEstimate.copyBytesPerCycle
  }
}

extension Remote {
  fileprivate static func cycles(_ result: TensorType) -> Double {
    IPUEstimate.step + result.bytes / IPUEstimate.streamingBytesPerCycle
  }
}

extension Collective {
  /// A ring: each replica sends its tensors about once to make parts of sums, and once to gather them.
  fileprivate func cycles(_ operands: [TensorType], _ results: [TensorType]) -> Double {
    func ring(_ types: [TensorType], passes: Double) -> Double {
      types.reduce(IPUEstimate.step) { $0 + passes * $1.bytes / IPUEstimate.linkBytesPerCycle }
    }
    switch self {
    case .allReduceSum: return ring(operands, passes: 2)
    case .reduceScatterSum: return ring(operands, passes: 1)
    case .allGather: return ring(results, passes: 1)
    case .replicaSlice: return 0
    }
  }
}
