import Foundations
import TileProgram

/// What must hold of a step before its tables are made.
extension TilePreparation {
  /// - Throws: `TesseraError` where a step names a tensor or buffer that the function does not have.
  static func checkNumbers(
    _ step: TileStep, _ function: TileFunction, _ site: TileSite
  ) throws(TesseraError) {
    var tensors: [Int] = []
    var buffers: [Int] = []
    switch step.kind {
    case .exchange(let exchange): tensors = [exchange.source, exchange.destination]
    case .compute(_, let operands, let results), .collective(_, let operands, let results):
      tensors = operands + results
    case .fill(let tensor, _), .infeed(_, let tensor), .replicaIndex(let tensor):
      tensors = [tensor]
    case .copyBetweenIPUs(let source, let destination): tensors = [source, destination]
    case .load(let buffer, let tensor), .store(let tensor, let buffer):
      tensors = [tensor]
      buffers = [buffer]
    case .repeat(_, let iteration, _): tensors = iteration
    case .call(_, _, let arguments, let results):
      for place in arguments + results {
        switch place {
        case .tensor(let tensor): tensors.append(tensor)
        case .buffer(let buffer): buffers.append(buffer)
        }
      }
    }
    guard tensors.allSatisfy(function.tensors.indices.contains),
      buffers.allSatisfy((0..<function.bufferCount).contains)
    else {
      throw site.error(
        .tileShapeMismatch, "the step names a tensor that the function does not have")
    }
  }

  /// - Throws: `TesseraError` where tiles would reach into another IPU.
  static func checkOneIPU(
    _ tensors: [TileTensor], _ site: TileSite
  ) throws(TesseraError) {
    guard Set(tensors.map(\.ipu)).count <= 1 else {
      throw site.error(.tileOutOfBounds, "the step is for tensors on several IPUs")
    }
  }

  /// - Throws: `TesseraError` where a call's arguments or results do not lie as the function takes them.
  static func check(
    _ own: [TileStep.Place], _ callee: [TileStep.Place], _ boxes: [TileBoxes],
    _ tensors: [TileTensor], _ function: PreparedTileFunction, _ name: String, _ site: TileSite
  ) throws(TesseraError) {
    guard own.count == callee.count else {
      throw site.error(
        .tileShapeMismatch,
        "'\(function.source.name)' has \(callee.count) \(name)s, the call \(own.count)")
    }
    for (number, pair) in zip(own, callee).enumerated() {
      switch pair {
      case (.buffer, .buffer): continue
      case (.tensor(let own), .tensor(let inner))
      where tensors[own].element == function.source.tensors[inner].element
        && boxes[own].hasSameCounts(as: function.boxes[inner]):
        continue
      default:
        throw site.error(
          .tileShapeMismatch,
          "\(name) \(number) does not lie as '\(function.source.name)' has it")
      }
    }
  }
}
