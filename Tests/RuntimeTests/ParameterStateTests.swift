import Bundle
import Foundations
import Operations
import Runtime
import Testing

@Suite struct ParameterStateTests {
  private static let ports = ["a", "b"].map { Operations.Port(name: $0, role: .parameter) }

  private func state() throws -> ParameterState {
    let types = [TensorType([5000], .f32), TensorType([9001], .f16)]
    let main = function("main", types, ports: Self.ports, resultPorts: Self.ports) { f, a in a }
    return ParameterState(
      try program(
        module(main),
        parameters: zip(Self.ports, types).map {
          .init(name: $0.name, type: $1, initializer: .ones, randomStream: 0)
        }), seed: 1)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func theFirstNumberThatIsNotFinite(value: Float) throws {
    let state = try state()
    #expect(state.firstNonFinite() == nil)
    for (port, index) in [(Self.ports[1], 9000), (Self.ports[1], 17), (Self.ports[0], 4999)] {
      var values = try #require(state.values(of: port))
      values[index] = value
      try state.set(values, of: port)
      let found = try #require(state.firstNonFinite())
      #expect(found.port == port && found.index == index)
      #expect(found.value.isNaN == value.isNaN && (value.isNaN || found.value == value))
    }
  }

  @Test func aCopyHasMemoryOfItsOwn() throws {
    let state = try state()
    #expect(state.byteCount == 5000 * 4 + 9001 * 2)
    let copy = state.copy()
    try state.set([Float](repeating: 2, count: 5000), of: Self.ports[0])
    #expect(copy.values(of: Self.ports[0])?.first == 1)
    state.restore(from: copy)
    #expect(state.values(of: Self.ports[0])?.allSatisfy { $0 == 1 } == true)
    #expect(state.values(of: Self.ports[1])?.allSatisfy { $0 == 1 } == true)
  }
}
