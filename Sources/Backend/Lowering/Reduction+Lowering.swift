import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Each tile reduces what it has; where it has a part of an axis only, the parts are reduced after that.
  mutating func lower(_ operation: ProgramOperation, _ family: Reduction) {
    let (value, result) = (operation.operands[0], operation.results[0])
    let ipu = ipu
    let layout = layout(reducing: value, over: family.axes)
    let x = operand(value, in: layout, ipu: ipu)
    let own = self.layout(x)
    guard let partial = partialLayout(own, over: family.axes) else {
      let output = output(result, natural: own.dropping(axes: family.axes))
      emit(.compute(.operation(.reduction(family)), operands: [x], results: [output]))
      return define(result, output)
    }
    let partials = addTensor(partial, type(value).element, category: .temporary, ipu: ipu)
    emit(.compute(.partial(.reduction(family)), operands: [x], results: [partials]))
    let output = output(result, natural: self.layout(for: result))
    reduceParts(of: partials, to: output, family.function)
    define(result, output)
  }
}
