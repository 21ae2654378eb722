import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// A product as its plan says, serial step by serial step.
  mutating func lower(_ operation: ProgramOperation, _ contraction: Contraction) {
    let product = Product(operation, contraction, program, context.rules)
    let plan = context.planner.plan(
      product.shape, temporaryBytes: context.temporaryBytes[number])
    let result = operation.results[0]
    if plan.serialColumns > 1 {
      lower(columns: product, plan, operation)
    } else if plan.steps == 1, plan.contractedParts == 1,
      contraction.partials == product.shape.result
    {
      // The only partial sums are the result.
      let operands = operation.operands.indices.map {
        block($0, of: operation, product, plan, contracted: 0, column: 0)
      }
      let output = output(result, natural: product.result(plan))
      let partials = alias(output, single(layout(output)))
      emit(.compute(.partialProduct(contraction), operands: operands, results: [partials]))
      define(result, output)
    } else {
      let natural =
        context.classes.layout(of: result) ?? weightLayout(of: result, contraction)
        ?? product.result(plan)
      let partials = partials(product, plan, operation)
      define(result, sum(partials, product, plan, to: natural, for: result))
    }
  }

  /// A weight's gradient lies as the weight does, where its sum is; nil for other products.
  private func weightLayout(
    of result: Program.ValueIndex, _ contraction: Contraction
  ) -> Layout? {
    contraction.transposesLeft ? context.weightLayouts[type(result).shape] : nil
  }

  /// The partial sums of the whole product, or of the slice of columns: those of slices of the contracted
  /// extent are added as they come.
  private mutating func partials(
    _ product: Product, _ plan: MatmulPlan, _ operation: ProgramOperation, column: Int = 0
  ) -> Int {
    var sum: Int?
    for step in 0..<plan.serialContracted {
      let operands = operation.operands.indices.map { operand in
        block(operand, of: operation, product, plan, contracted: step, column: column)
      }
      let partials = addTensor(
        product.partials(plan), product.contraction.partials, category: .temporary, ipu: ipu)
      emit(
        .compute(
          .partialProduct(product.contraction), operands: operands, results: [partials]))
      if let sum {
        emit(
          .compute(
            .operation(.elementwise(.binary(.add))), operands: [sum, partials], results: [sum]))
      } else {
        sum = partials
      }
    }
    guard let sum else { preconditionFailure("a plan has at least one step") }
    return sum
  }

  /// What one step reads of an operand.
  private mutating func block(
    _ operand: Int, of operation: ProgramOperation, _ product: Product, _ plan: MatmulPlan,
    contracted: Int, column: Int
  ) -> Int {
    let value = operation.operands[operand]
    let layout = product.layout(ofOperand: operand, plan)
    guard plan.steps > 1 else {
      return self.operand(value, in: layout, ipu: ipu, order: .streamed)
    }
    let shape = type(value).shape
    let whole = self.operand(value, in: wholeLayout(of: value), ipu: ipu)
    let transposes =
      operand == 0 ? product.contraction.transposesLeft : product.contraction.transposesRight
    let contractedAxis = shape.count - ((operand == 0) == transposes ? 2 : 1)
    var starts = shape.map { _ in 0 }
    if plan.serialContracted > 1 {
      starts[contractedAxis] = contracted * layout.axes[contractedAxis].extent
    } else if operand == 1 {
      let axis = contractedAxis == shape.count - 1 ? shape.count - 2 : shape.count - 1
      starts[axis] = column * layout.axes[axis].extent
    }
    return read(
      whole, View(shape).sliced(starts: starts, shape: layout.shape),
      TensorType(layout.shape, type(value).element), in: layout, order: .streamed)
  }

  /// The layout that the value has where it is whole, else one of its own.
  private func wholeLayout(of value: Program.ValueIndex) -> Layout {
    wholeTensor(of: value)?.layout ?? self.layout(for: value)
  }

  /// The result from its partial sums: each tile that had one gets a share of them and adds.
  private mutating func sum(
    _ partials: Int, _ product: Product, _ plan: MatmulPlan, to layout: Layout,
    for value: Program.ValueIndex?
  ) -> Int {
    let element = product.shape.result
    let output: Int
    if let value {
      output = self.output(value, natural: layout)
    } else {
      output = addTensor(layout, element, category: .temporary, ipu: ipu)
    }
    addParts(of: partials, to: output)
    return output
  }

  private mutating func lower(
    columns product: Product, _ plan: MatmulPlan, _ operation: ProgramOperation
  ) {
    let result = operation.results[0]
    let output = output(
      result,
      natural: weightLayout(of: result, product.contraction) ?? self.layout(for: result))
    for column in 0..<plan.serialColumns {
      let partials = partials(product, plan, operation, column: column)
      let slice = sum(partials, product, plan, to: product.result(plan), for: nil)
      var starts = type(result).shape.map { _ in 0 }
      starts[starts.count - 1] = column * layout(slice).axes[starts.count - 1].extent
      emit(
        .exchange(Exchange(from: slice, View(layout(slice).shape), to: output, at: starts)))
    }
    define(result, output)
  }
}
