import Foundations

/// Slices in time.
struct SerialSplit {
  /// Slices of the columns.
  var columns = 1
  /// Slices of the contracted extent.
  var contracted = 1

  /// All splits into equal slices of whole words, the fewest first.
  static func list(_ shape: MatmulShape) -> [SerialSplit] {
    let columns = slices(of: shape.columns, elementBytes: shape.columnElementBytes)
    let contracted = slices(of: shape.contracted, elementBytes: shape.element.byteCount)
    let splits =
      columns.map { SerialSplit(columns: $0) } + contracted.map { SerialSplit(contracted: $0) }
    return [SerialSplit()]
      + splits.sorted { ($0.steps, $0.contracted) < ($1.steps, $1.contracted) }
  }

  /// Slices in time.
  var steps: Int { columns * contracted }

  /// The same slices where columns and the contracted extent change places.
  var swapped: SerialSplit { SerialSplit(columns: contracted, contracted: columns) }

  /// The numbers above 1 of such slices of `extent` elements.
  private static func slices(of extent: Int, elementBytes: Int) -> [Int] {
    let word = BalancedParts.wordElements(elementBytes)
    var counts: [Int] = []
    var divisor = 1
    while divisor * divisor <= extent {
      if extent.isMultiple(of: divisor) { counts += [divisor, extent / divisor] }
      divisor += 1
    }
    return Set(counts).filter { $0 > 1 && (extent / $0).isMultiple(of: word) }.sorted()
  }
}
