import Foundations
import Operations

extension Contraction {
  /// The result for operands that the type rule has accepted: sums in `Double`, in ascending order
  /// of the contracted index, rounded to `partials`, then to the element type.
  func evaluate(
    _ left: Tensor, _ right: Tensor, _ type: TensorType
  ) throws(TesseraError) -> Tensor {
    let extents: Extents
    do throws(OperationError) {
      extents = try self.extents(left.type, right.type)
    } catch {
      throw Operation.contraction(self).invalidOperands(error)
    }
    let (batch, rows) = (extents.batch, extents.rows)
    let (columns, contracted) = (extents.columns, extents.contracted)
    let leftRows =
      transposesLeft
      ? Self.transposed(left.values, [batch, contracted, rows]) : left.values
    let rightRows =
      transposesRight
      ? Self.transposed(right.values, [batch, columns, contracted]) : right.values
    let sums = Self.product(leftRows, rightRows, extents)
    let partialSums = Tensor(TensorType(type.shape, partials), sums)
    return Tensor(type, partialSums.values)
  }

  /// A batch of matrices with the last two axes exchanged.
  private static func transposed(_ values: [Double], _ shape: [Int]) -> [Double] {
    let (rows, columns) = (shape[1], shape[2])
    let box = StridedBox(
      shape: [shape[0], columns, rows], strides: [rows * columns, 1, columns])
    return box.gather(from: values)
  }

  /// Columns that one pass over the contracted index computes. Their part of the right operand,
  /// 2 KiB for each contracted index, stays in the cache for all rows of the left one.
  private static let columnBlock = 256

  /// The products of [batch, M, K] and [batch, K, N], both stored in that order. The innermost loop
  /// runs along rows of the right operand and of the result, so that it reads memory in order.
  private static func product(
    _ left: [Double], _ right: [Double], _ extents: Extents
  ) -> [Double] {
    let (rows, columns) = (extents.rows, extents.columns)
    let contracted = extents.contracted
    var sums = Array(repeating: 0.0, count: extents.batch * rows * columns)
    sums.withUnsafeMutableBufferPointer { sums in
      left.withUnsafeBufferPointer { left in
        right.withUnsafeBufferPointer { right in
          for batch in 0..<extents.batch {
            for firstColumn in stride(from: 0, to: columns, by: columnBlock) {
              let width = min(columnBlock, columns - firstColumn)
              for row in 0..<rows {
                let factors = UnsafeBufferPointer(
                  rebasing: left[
                    (batch * rows + row) * contracted..<(batch * rows + row + 1) * contracted])
                let sumStart = (batch * rows + row) * columns + firstColumn
                addProducts(
                  factors, right, start: batch * contracted * columns + firstColumn,
                  stride: columns,
                  to: UnsafeMutableBufferPointer(rebasing: sums[sumStart..<sumStart + width]))
              }
            }
          }
        }
      }
    }
    return sums
  }

  /// Adds to `sums` each factor times its row of `right`, one factor after the other. Four rows are
  /// taken in one pass, which adds in the same order and touches `sums` a quarter as often.
  private static func addProducts(
    _ factors: UnsafeBufferPointer<Double>, _ right: UnsafeBufferPointer<Double>, start: Int,
    stride: Int, to sums: UnsafeMutableBufferPointer<Double>
  ) {
    func row(_ index: Int) -> UnsafeBufferPointer<Double> {
      let first = start + index * stride
      return UnsafeBufferPointer(rebasing: right[first..<first + sums.count])
    }
    var index = 0
    while index + 4 <= factors.count {
      let (factor0, factor1) = (factors[index], factors[index + 1])
      let (factor2, factor3) = (factors[index + 2], factors[index + 3])
      let (row0, row1, row2, row3) = (row(index), row(index + 1), row(index + 2), row(index + 3))
      for column in 0..<sums.count {
        var sum = sums[column]
        sum += factor0 * row0[column]
        sum += factor1 * row1[column]
        sum += factor2 * row2[column]
        sum += factor3 * row3[column]
        sums[column] = sum
      }
      index += 4
    }
    while index < factors.count {
      let factor = factors[index]
      let rightRow = row(index)
      for column in 0..<sums.count { sums[column] += factor * rightRow[column] }
      index += 1
    }
  }
}
