import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Views where strides can say it; else exchanges into a tensor of the result's shape.
  mutating func lower(_ operation: ProgramOperation, _ family: Movement) {
    let (value, result) = (operation.operands[0], operation.results[0])
    switch family {
    case .concatenate(let axis): lower(concatenation: operation, axis: axis)
    case .pad(let starts, _): lower(pad: operation, at: starts)
    case .reshape(let shape): bindView(of: value, to: result) { $0.reshaped(to: shape) }
    case .transpose(let permutation):
      bindView(of: value, to: result) { $0.transposed(permutation) }
    case .broadcast(let shape): bindView(of: value, to: result) { $0.broadcast(to: shape) }
    case .slice(let starts, let shape):
      bindView(of: value, to: result) { $0.sliced(starts: starts, shape: shape) }
    }
  }

  private mutating func bindView(
    of value: Program.ValueIndex, to result: Program.ValueIndex, _ change: (View) -> View?
  ) {
    let (tensor, view) = place(of: value)
    if let view = change(view) {
      bind(result, to: tensor, view)
      // What the function returns is brought there at once, so that the memory of what it is a view of
      // need not wait for the function's end.
      if destinations[result] != nil, !isEntry, !view.isWhole(of: layout(tensor).shape.reduce(1, *))
      {
        let wanted = layout(for: result)
        context.classes.propose(wanted, for: result)
        let home = home(for: result, wanted, ipu: function.tensors[tensor].ipu)
        emit(.exchange(Exchange(from: tensor, view, to: home)))
        bind(result, to: home)
      }
      return
    }
    // A transpose that is reshaped: the elements must lie in the new order first.
    let whole = addTensor(
      context.rules.spread(type(value)), type(value).element, category: .temporary,
      ipu: function.tensors[tensor].ipu)
    emit(.exchange(Exchange(from: tensor, view, to: whole)))
    guard let view = change(View(type(value).shape)) else {
      preconditionFailure("a whole tensor has every view")
    }
    bind(result, to: whole, view)
  }

  /// The tensor and the view that a value is bound to; a constant is written first.
  private mutating func place(of value: Program.ValueIndex) -> (tensor: Int, view: View) {
    if case .tensor(let tensor, let view)? = bindings[value] { return (tensor, view) }
    let layout = context.rules.spread(type(value))
    return (operand(value, in: layout, ipu: ipu), View(type(value).shape))
  }

  private mutating func lower(concatenation operation: ProgramOperation, axis: Int) {
    let result = operation.results[0]
    let output = output(result, natural: self.layout(for: result))
    var starts = type(result).shape.map { _ in 0 }
    for value in operation.operands {
      let (tensor, view) = localPlace(of: value)
      emit(.exchange(Exchange(from: tensor, view, to: output, at: starts)))
      starts[axis] += type(value).shape[axis]
    }
    define(result, output)
  }

  private mutating func lower(pad operation: ProgramOperation, at starts: [Int]) {
    let result = operation.results[0]
    let output = output(result, natural: self.layout(for: result))
    emit(.fill(output, TensorLiteral(splat: 0, type(result))))
    let (tensor, view) = localPlace(of: operation.operands[0])
    emit(.exchange(Exchange(from: tensor, view, to: output, at: starts)))
    define(result, output)
  }

  /// The same on the operation's IPU.
  private mutating func localPlace(of value: Program.ValueIndex) -> (tensor: Int, view: View) {
    let (tensor, view) = place(of: value)
    guard function.tensors[tensor].ipu != ipu else { return (tensor, view) }
    let copy = addTensor(
      layout(tensor), function.tensors[tensor].element, category: .temporary, ipu: ipu)
    emit(.copyBetweenIPUs(from: tensor, to: copy))
    return (copy, view)
  }
}
