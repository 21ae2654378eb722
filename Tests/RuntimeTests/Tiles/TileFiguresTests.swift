import Foundations
import Runtime
import Testing
import TileProgram

/// What a plan states against what tiles do. That they agree where nothing was altered is a part of every
/// run of `TileDeviceTests`.
@Suite struct TileFiguresTests {
  private static let training = DeviceTraining("fp32", replicas: 2, dropout: 0.1)

  /// The error of a run of the altered plan; nil where nothing is wrong with it.
  private func error(
    of compiled: DeviceTraining.Compiled, _ tiles: TileProgram
  ) throws -> DiagnosticCode? {
    do {
      let engine = try TileEngine(
        compiled.program, tiles, on: Self.training.system, replicas: 2, threads: 2)
      _ = try compiled.run(engine)
      return nil
    } catch let error as TesseraError {
      return error.diagnostics.first?.code
    }
  }

  /// Some of all, spread evenly.
  private func sample<Element>(_ all: [Element], _ count: Int) -> [Element] {
    (0..<min(count, all.count)).map { all[$0 * all.count / count] }
  }

  @Test func alteredFiguresAreFound() throws {
    let compiled = try Self.training.compiled()
    #expect(try error(of: compiled, compiled.tiles) == nil)
    let changes: [(inout TileFigures) -> Void] = [
      { $0.computeCycles += 1 }, { $0.receivedBytes -= 1 }, { $0.copiedBytes += 8 },
      { $0.checksum ^= 1 },
    ]
    let functions = compiled.tiles.figures.indices.filter { compiled.tiles.figures[$0] != nil }
    for (number, change) in zip(sample(functions, changes.count), changes) {
      var tiles = compiled.tiles
      var figures = try #require(tiles.figures[number])
      change(&figures)
      tiles.figures[number] = figures
      #expect(try error(of: compiled, tiles) == .planMismatch)
    }
  }

  /// Each box a tile further: where steps still have all that they need, other bytes go from tile to tile.
  @Test func alteredLayoutsAreFound() throws {
    let compiled = try Self.training.compiled()
    var altered: [TileProgram] = []
    for (number, function) in compiled.tiles.functions.enumerated() {
      for (index, tensor) in (function?.tensors ?? []).enumerated() {
        guard case .frame = tensor.home, tensor.layout.copies < tensor.layout.tiles else {
          continue
        }
        var tiles = compiled.tiles
        let start = (tensor.layout.start + 1) % tensor.layout.tiles
        tiles.functions[number]?.tensors[index].layout.start = start
        altered.append(tiles)
      }
    }
    #expect(altered.count > 50)
    for tiles in sample(altered, 8) { #expect(try error(of: compiled, tiles) != nil) }
  }

  /// One row as often as there were rows: nothing is out of bounds, and often as many bytes move.
  @Test func alteredViewsAreFound() throws {
    let compiled = try Self.training.compiled()
    var altered: [TileProgram] = []
    for (number, function) in compiled.tiles.functions.enumerated() {
      for (index, step) in (function?.steps ?? []).enumerated() {
        guard case .exchange(var exchange) = step.kind,
          let axis = exchange.view.shape.indices.first(where: {
            exchange.view.shape[$0] > 1 && exchange.view.strides[$0] > 0
          })
        else { continue }
        exchange.view.strides[axis] = 0
        var tiles = compiled.tiles
        tiles.functions[number]?.steps[index].kind = .exchange(exchange)
        altered.append(tiles)
      }
    }
    #expect(altered.count > 50)
    for tiles in sample(altered, 8) { #expect(try error(of: compiled, tiles) == .planMismatch) }
  }
}
