import Foundations
import Interpreter
import Operations
import Testing

@Suite struct IndexingTests {
  private func indices(_ values: Int32...) -> Tensor {
    Tensor(TensorType([values.count], .i32), integers: values)
  }

  @Test(arguments: floatElements)
  func smallValues(element: ElementType) throws {
    let table = tensor(element, [3, 2], [1, 2, 3, 4, 5, 6])
    #expect(
      try evaluate(.indexing(.gatherRows()), table, indices(2, 0, 2))
        == tensor(element, [3, 2], [5, 6, 1, 2, 5, 6]))
    #expect(
      try evaluate(.indexing(.scatterAddRows(rows: 4)), indices(2, 0, 2), table)
        == tensor(element, [4, 2], [3, 4, 0, 0, 6, 8, 0, 0]))
    #expect(
      try evaluate(.indexing(.selectColumns), table, indices(1, 0, 1))
        == tensor(element, [3], [2, 3, 6]))
    #expect(
      try evaluate(
        .indexing(.placeColumns(columns: 3)), indices(1, 0), tensor(element, [2], [7, 8]))
        == tensor(element, [2, 3], [0, 7, 0, 8, 0, 0]))
  }

  /// A sum kept in f16 would stay at 2048.
  @Test func repeatedRowsAreRoundedOnce() throws {
    let rows = tensor(.f16, [4, 1], [2048, 1, 1, 1])
    #expect(
      try evaluate(.indexing(.scatterAddRows(rows: 1)), indices(0, 0, 0, 0), rows).values
        == [2052])
  }

  /// ⟨gather(t), r⟩ = ⟨t, scatter(r)⟩ and ⟨select(x), v⟩ = ⟨x, place(v)⟩ on small integers.
  @Test func placingIsTheAdjointOfPicking() throws {
    func dot(_ a: Tensor, _ b: Tensor) -> Double {
      zip(a.values, b.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let table = tensor(.f64, [3, 2], [1, -2, 3, 4, -5, 6])
    let picks = indices(2, 0, 2, 1)
    let rows = tensor(.f64, [4, 2], [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(
      dot(try evaluate(.indexing(.gatherRows()), table, picks), rows)
        == dot(table, try evaluate(.indexing(.scatterAddRows(rows: 3)), picks, rows)))
    let columns = indices(1, 1, 0)
    let values = tensor(.f64, [3], [2, 3, 5])
    #expect(
      dot(try evaluate(.indexing(.selectColumns), table, columns), values)
        == dot(table, try evaluate(.indexing(.placeColumns(columns: 2)), columns, values)))
  }

  @Test(arguments: [Int32(-1), 3, .max, .min])
  func indicesOutOfRangeAreErrors(index: Int32) {
    let picks = indices(0, index, 1)
    let matrix = tensor(.f32, [3, 3], Array(repeating: 1, count: 9))
    let vector = tensor(.f32, [3], [1, 2, 3])
    let cases: [(Indexing, Tensor, Tensor)] = [
      (.gatherRows(), matrix, picks), (.scatterAddRows(rows: 3), picks, matrix),
      (.selectColumns, matrix, picks), (.placeColumns(columns: 3), picks, vector),
    ]
    for (operation, first, second) in cases {
      do {
        _ = try evaluate(.indexing(operation), first, second)
        Issue.record("\(operation) took the index \(index)")
      } catch let error as TesseraError {
        #expect(error.exitCode == .badData)
        #expect(error.diagnostics.map(\.code.rawValue) == ["index-out-of-range"])
        #expect(error.description.contains("index \(index) at position 1 of "))
        #expect(error.description.contains("0..<3"))
      } catch {
        Issue.record(error)
      }
    }
  }
}
