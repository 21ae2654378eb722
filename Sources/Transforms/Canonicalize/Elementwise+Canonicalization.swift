import Foundations
import GraphIR
import Operations

extension Elementwise {
  /// The simpler form of the operation, or nil where it has none.
  func canonical(_ site: RewriteSite) -> Rewrite? {
    throughBroadcast(site) ?? own(site)
  }

  /// Operands broadcast anyway: `add(broadcast x, y)` is `add(x, y)` where y has the result's shape.
  private func throughBroadcast(_ site: RewriteSite) -> Rewrite? {
    for (index, operand) in site.operands.enumerated() {
      guard case (.broadcast, let moved)? = site.movement(of: operand) else { continue }
      var operands = site.operands
      operands[index] = moved[0]
      let types = try? resultTypes(of: operands.map(site.type(of:)))
      if types == [site.resultType] { return .operation(.elementwise(self), operands) }
    }
    return nil
  }

  private func own(_ site: RewriteSite) -> Rewrite? {
    let operands = site.operands
    switch self {
    case .unary(.negate):
      // Two changes of sign.
      guard let maker = site.maker(of: operands[0]),
        maker.operation == .elementwise(.unary(.negate))
      else { return nil }
      return .value(maker.operands[0])
    case .unary: return nil
    case .binary(let function): return function.canonical(site)
    case .compare(let comparison):
      guard comparison != .less else { return nil }
      return constantLast(site)
    case .select:
      if operands[1] == operands[2] { return site.broadcast(operands[1]) }
      return site.splat(of: operands[0]).map { site.broadcast($0 != 0 ? operands[1] : operands[2]) }
    case .convert(let element): return Self.conversion(to: element, site)
    }
  }

  /// The operation with a constant in the second place, where the first has one and the second none.
  fileprivate func constantLast(_ site: RewriteSite) -> Rewrite? {
    guard site.literal(of: site.operands[0]) != nil, site.literal(of: site.operands[1]) == nil
    else { return nil }
    return .operation(.elementwise(self), [site.operands[1], site.operands[0]])
  }

  /// A conversion to the own type is none, and one from a type that had room for every number before it is
  /// one from the first type: f16 to f32 to f16 is f16, but f32 to f16 to f32 rounds.
  private static func conversion(to element: ElementType, _ site: RewriteSite) -> Rewrite? {
    let operand = site.operands[0]
    let middle = site.type(of: operand).element
    if middle == element { return .value(operand) }
    guard let maker = site.maker(of: operand), case .elementwise(.convert) = maker.operation,
      site.type(of: maker.operands[0]).element.isContained(in: middle)
    else { return nil }
    return site.type(of: maker.operands[0]).element == element
      ? .value(maker.operands[0]) : .operation(.elementwise(.convert(element)), maker.operands)
  }
}

extension Elementwise.Binary {
  /// Neutral elements, and constants in the second place. A maximum keeps its order: of 0 and −0 it is the
  /// first.
  fileprivate func canonical(_ site: RewriteSite) -> Rewrite? {
    let operands = site.operands
    switch self {
    case .add, .multiply:
      if let swapped = Elementwise.binary(self).constantLast(site) { return swapped }
    case .maximum:
      if operands[0] == operands[1] { return .value(operands[0]) }
    case .subtract, .divide: break
    case .tanhGradient, .geluTanhGradient, .geluErfGradient: return nil
    }
    guard let number = site.splat(of: operands[1]),
      isNeutral(number, site.resultType.element)
    else { return nil }
    return site.broadcast(operands[0])
  }

  /// Whether x and the number give x, with all its bits: x + −0 and x − 0 do for each x, but 0 + −0 and
  /// −0 − −0 are 0. Integers have one zero.
  private func isNeutral(_ number: Double, _ element: ElementType) -> Bool {
    switch self {
    case .add: number == 0 && (number.sign == .minus || !element.isFloat)
    case .subtract: number == 0 && (number.sign == .plus || !element.isFloat)
    case .multiply, .divide: number == 1
    case .maximum, .tanhGradient, .geluTanhGradient, .geluErfGradient: false
    }
  }
}

extension ElementType {
  /// Whether each number of this type is one of the other's.
  fileprivate func isContained(in other: ElementType) -> Bool {
    switch (self, other) {
    case (.i1, _), (.f16, .f32), (.f16, .f64), (.f32, .f64), (.i32, .f64): true
    default: self == other
    }
  }
}
