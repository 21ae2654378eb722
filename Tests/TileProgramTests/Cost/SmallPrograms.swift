import Foundations
import IPUTarget
import Operations
import TileProgram

/// A system of so many IPUs of few tiles.
func smallSystem(tiles: Int, ipus: Int = 4) -> IPUSystem {
  var system = IPUSystem.pod4
  system.ipu.tiles = tiles
  system.ipus = ipus
  return system
}

/// A program whose functions are numbered as they are given, the last the entry, with their frames one
/// behind the other as they are given.
func program(_ functions: [TileFunction], ipus: Int = 1, bases: [Int]? = nil) -> TileProgram {
  var program = TileProgram(
    system: "pod4", ipus: ipus, functions: functions, entry: functions.count - 1)
  for (number, base) in (bases ?? functions.map { _ in 0 }).enumerated() {
    program.frameBases[number] = Array(repeating: base, count: ipus)
  }
  return program
}

extension TileFunction {
  /// A function of these tensors and steps.
  init(
    _ name: String, _ tensors: [TileTensor], _ steps: [TileStep.Kind],
    arguments: [Int] = [], results: [Int] = [], ipus: Int = 1
  ) {
    self.init(name: name)
    self.tensors = tensors
    self.steps = steps.enumerated().map { TileStep($0.element, operation: $0.offset) }
    self.arguments = arguments.map { .tensor($0) }
    self.results = results.map { .tensor($0) }
    self.ipus = ipus
  }
}

extension TileTensor {
  /// A tensor in the frame whose first axis is cut into `parts`.
  init(
    _ shape: [Int], _ element: ElementType = .f32, parts: Int, at offset: Int, ipu: Int = 0,
    category: Category = .activation, tiles: Int = 4
  ) {
    let rest = shape.dropFirst().map { _ in 1 }
    self.init(
      Layout(shape: shape, parts: [parts] + rest, tiles: tiles), element,
      home: .frame(offset: offset), category: category, ipu: ipu)
  }
}

extension Elementwise {
  /// A vertex of the operation alone.
  var vertex: Vertex { .operation(.elementwise(self)) }
}
