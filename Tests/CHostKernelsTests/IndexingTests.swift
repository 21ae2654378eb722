import CHostKernels
import TestSupport
import Testing

@Suite struct IndexingTests {
  private func check<E: KernelElement>(rows: Int, width: Int, n: Int, _: E.Type) throws {
    var numbers = SplitMix64(seed: UInt64(rows + width))
    let table: [E] = numbers.values(rows * width)
    // Many repetitions, also of the ends.
    let indices = (0..<n).map { i in
      i % 5 == 0 ? Int32(rows - 1) : Int32.random(in: 0..<Int32(rows), using: &numbers) / 2
    }
    var bad: Int64 = -5
    let gathered = try outputOnEveryPool(n * width, of: E.self) { pool, out in
      #expect(
        hk_gather_rows(
          pool, E.type, Int64(rows), Int64(width), indices, Int64(n), table, out, &bad) == 0)
    }
    #expect(
      gathered == indices.flatMap { i in (0..<width).map { table[Int(i) * width + $0].float } })

    let updates: [E] = numbers.values(n * width)
    var sums = [Float](repeating: 0, count: rows * width)
    for (i, row) in indices.enumerated() {
      for j in 0..<width { sums[Int(row) * width + j] += updates[i * width + j].float }
    }
    let scattered = try outputOnEveryPool(rows * width, of: E.self) { pool, out in
      #expect(
        hk_scatter_add_rows(
          pool, E.type, Int64(rows), Int64(width), indices, Int64(n), updates, out, &bad) == 0)
    }
    #expect(scattered == sums.map { E($0).float })
    #expect(bad == -5)

    let start: [E] = numbers.values(rows * width)
    let accumulated = try outputOnEveryPool(rows * width, of: E.self) { pool, out in
      copy(start, to: out)
      #expect(
        hk_accumulate_rows(
          pool, E.type, Int64(rows), Int64(width), indices, Int64(n), updates, out, &bad) == 0)
    }
    #expect(accumulated == zip(start, scattered).map { E($0.float + $1).float })
    #expect(bad == -5)
  }

  @Test func gathersAndScattersRows() throws {
    for (rows, width, n) in [
      (1, 1, 3), (70, 5, 40), (3000, 129, 512), (70_000, 3, 100), (10, 600, 0),
    ] {
      try check(rows: rows, width: width, n: n, Float.self)
      try check(rows: rows, width: width, n: n, Float16.self)
    }
  }

  private func checkColumns<E: KernelElement>(_ rows: Int, _ width: Int, _: E.Type) throws {
    var numbers = SplitMix64(seed: 9)
    let x: [E] = numbers.values(rows * width)
    let indices = (0..<rows).map { _ in Int32.random(in: 0..<Int32(width), using: &numbers) }
    let selected = try outputOnEveryPool(rows, of: E.self) { pool, out in
      #expect(
        hk_select_columns(pool, E.type, Int64(rows), Int64(width), x, indices, out, nil) == 0)
    }
    #expect(selected == (0..<rows).map { x[$0 * width + Int(indices[$0])].float })
    let placed = try outputOnEveryPool(rows * width, of: E.self) { pool, out in
      #expect(
        hk_place_columns(pool, E.type, Int64(rows), Int64(width), x, indices, out, nil) == 0)
    }
    #expect(
      placed
        == (0..<rows * width).map {
          Int(indices[$0 / width]) == $0 % width ? x[$0 / width].float : 0
        })
  }

  @Test func selectsAndPlacesColumns() throws {
    for (rows, width) in [(1, 1), (20, 1001), (300, 7)] {
      try checkColumns(rows, width, Float.self)
      try checkColumns(rows, width, Float16.self)
    }
  }

  @Test func indicesOutsideAreReported() throws {
    let pool = try #require(hk_pool_create(2))
    defer { hk_pool_destroy(pool) }
    let table = [Float](repeating: 1, count: 12)
    for (wrong, position) in [([0, 4, -1], 1), ([0, 2, -1], 2), ([Int32.min, 0, 0], 0)]
      as [([Int32], Int64)]
    {
      var y = [Float](repeating: 5, count: 12)
      var bad: Int64 = -5
      #expect(hk_gather_rows(pool, hk_f32, 4, 3, wrong, 3, table, &y, &bad) == -1)
      #expect(bad == position)
      bad = -5
      #expect(hk_scatter_add_rows(pool, hk_f32, 4, 3, wrong, 3, table, &y, &bad) == -1)
      #expect(bad == position)
      bad = -5
      #expect(hk_accumulate_rows(pool, hk_f32, 4, 3, wrong, 3, table, &y, &bad) == -1)
      #expect(bad == position)
      bad = -5
      #expect(hk_select_columns(pool, hk_f32, 3, 4, table, wrong, &y, &bad) == -1)
      #expect(bad == position)
      bad = -5
      #expect(hk_place_columns(pool, hk_f32, 3, 4, table, wrong, &y, &bad) == -1)
      #expect(bad == position)
      #expect(y == Array(repeating: 5, count: 12))
    }
  }
}
