import Foundations
import TileProgram

/// The layouts of tensors that no product and no table asks for: simple ones, by shape alone.
struct LayoutRules: Hashable {
  /// Tiles of the IPU.
  let tiles: Int

  /// Elements up to which every tile has the whole tensor: for keys, scalars and counts it costs less than
  /// an exchange wherever they are needed.
  static let replicatedCount = 64
  /// Bytes that a tile has at least of a tensor that is spread: an exchange of less than some words is all
  /// overhead. A fourth of poplar's 128 (ipu-compilation 6.1), so that small models use the machine too.
  static let smallestTileBytes = 32

  /// Whether every tile has the whole.
  func isReplicated(_ type: TensorType) -> Bool { type.count <= Self.replicatedCount }

  /// Spread over as many tiles as there is work for, whole rows where there are enough.
  func spread(_ type: TensorType) -> Layout {
    if isReplicated(type) { return .replicated(type.shape, tiles: tiles) }
    let wanted = min(tiles, max(1, type.byteCount / Self.smallestTileBytes))
    let rows = cut(type, axes: Array(type.shape.indices), into: wanted)
    guard wanted == tiles, type.rank == 2 else { return rows }
    // Whole rows, unless the fullest tile then has some hundredths more than it need have.
    let balanced = balanced(type)
    return rows.largestElementCount * 32 > balanced.largestElementCount * 33 ? balanced : rows
  }

  /// Whole rows of the last axis on as many tiles as there are rows.
  func rows(_ type: TensorType) -> Layout {
    cut(type, axes: Array(type.shape.indices.dropLast()), into: tiles)
  }

  /// Cuts the axes, the first the most, into at most `wanted` parts.
  private func cut(_ type: TensorType, axes: [Int], into wanted: Int, wordBytes: Int = 8) -> Layout
  {
    var parts = type.shape.map { _ in 1 }
    var grains = parts
    var free = wanted
    for axis in axes {
      let isLast = axis == type.rank - 1
      let grain = isLast ? max(1, wordBytes / type.element.byteCount) : 1
      grains[axis] = grain
      let units = (type.shape[axis] + grain - 1) / grain
      parts[axis] = min(units, free)
      free /= parts[axis]
    }
    return Layout(shape: type.shape, parts: parts, grains: grains, tiles: tiles)
  }

  /// Spread so that the fullest tile has as little as can be: for what only waits there.
  func balanced(_ type: TensorType) -> Layout {
    guard type.rank == 2, type.count > tiles else {
      return cut(type, axes: Array(type.shape.indices), into: tiles)
    }
    let grain = max(1, 8 / type.element.byteCount)
    let units = (type.shape[1] + grain - 1) / grain
    var best = (rows: 1, columns: 1, count: Int.max)
    for rows in 1...min(tiles, type.shape[0]) {
      let columns = min(units, tiles / rows)
      let count =
        (type.shape[0] + rows - 1) / rows * ((units + columns - 1) / columns) * grain
      if count < best.count { best = (rows, columns, count) }
    }
    return Layout(
      shape: type.shape, parts: [best.rows, best.columns], grains: [1, grain], tiles: tiles)
  }

  /// Spread over at most so many tiles, in words of an exchange.
  func sharing(_ type: TensorType, among wanted: Int) -> Layout {
    cut(type, axes: Array(type.shape.indices), into: max(1, wanted), wordBytes: 4)
  }

  /// A table of rows that are picked by index: columns first, as many rows' parts as there are tiles left,
  /// but so few that adding what they gather up stays cheap.
  func table(_ type: TensorType) -> Layout {
    let (rows, width) = (type.shape[0], type.shape[1])
    let word = max(1, 4 / type.element.byteCount)
    let units = (width + word - 1) / word
    var best = (parts: 1, columns: 1, count: Int.max)
    for parts in 1...min(rows, Self.largestTableParts, tiles) {
      let each = (units + tiles / parts - 1) / (tiles / parts)
      let count = (rows + parts - 1) / parts * each * word
      // No more parts than so many columns each need: equal ones where that is possible.
      if count < best.count { best = (parts, (units + each - 1) / each, count) }
    }
    return Layout(
      shape: type.shape, parts: [best.parts, best.columns], grains: [1, word], tiles: tiles)
  }

  /// Parts of a table's rows whose lookups are added.
  static let largestTableParts = 8
}
