import Foundations
import GraphIR
import Operations
import Recipe

/// Builds one function of BERT: a rewriter, the function's arguments by name, and the numbers that all
/// layers need.
///
/// Activations are matrices of one row a token, [micro-batch · sequence, hidden].
struct BertBuilder {
  let recipe: TrainingRecipe.Program
  /// The element type of weights and activations.
  let element: ElementType
  /// Whether dropout is built.
  let isTraining: Bool
  /// Whether heads give accuracies.
  let givesAccuracies: Bool
  var rewriter: Rewriter
  private(set) var named: [String: ValueID] = [:]

  init(
    functionNamed name: String, _ recipe: TrainingRecipe.Program, element: ElementType,
    isTraining: Bool, givesAccuracies: Bool = false
  ) {
    self.recipe = recipe
    self.element = element
    self.isTraining = isTraining
    self.givesAccuracies = givesAccuracies
    rewriter = Rewriter(functionNamed: name)
  }

  var model: BertConfiguration { recipe.model }
  var batch: Int { recipe.microBatchSize }
  var sequence: Int { recipe.sequenceLength }
  var tokens: Int { batch * sequence }

  /// Half partials mean something only where the operands are f16.
  var partials: ElementType {
    element == .f16 && recipe.matmulPartials == .float ? .f32 : element
  }

  /// Adds an argument that `value(_:)` then finds by its name.
  @discardableResult
  mutating func addArgument(_ name: String, _ type: TensorType, port: Port? = nil) -> ValueID {
    let value = rewriter.addArgument(type, port: port)
    named[name] = value
    return value
  }

  mutating func addParameters(_ parameters: [ModelParameter], asPorts: Bool) {
    for parameter in parameters {
      addArgument(
        parameter.name, TensorType(parameter.shape, element),
        port: asPorts ? Port(name: parameter.name, role: .parameter) : nil)
    }
  }

  func value(_ name: String) -> ValueID {
    guard let value = named[name] else {
      preconditionFailure("the function has no argument '\(name)'")
    }
    return value
  }

  /// Calls a layer with activations, and then with the values of this function that it names.
  /// - Parameter prefix: what the names begin with here.
  mutating func call(
    _ layer: BertLayer, _ activations: [ValueID], prefix: String = ""
  ) -> [ValueID] {
    rewriter.call(layer.function, activations + layer.operandNames.map { value(prefix + $0) })
  }

  /// The key of a micro-batch's random draws.
  static let keyType = TensorType([4], .i32)

  /// x Wᵀ + b with W [out, in] and b [out]; x Wᵀ where the model has no such bias.
  mutating func dense(_ x: ValueID, _ name: String) -> ValueID {
    let product = rewriter.matmul(
      x, value("\(name).weight"), transposesRight: true, partials: partials)
    guard let bias = named["\(name).bias"] else { return product }
    return rewriter.add(product, bias)
  }

  mutating func layerNorm(_ x: ValueID, _ name: String) -> ValueID {
    rewriter.insert(
      .normalization(.layerNorm(epsilon: model.layerNormEpsilon)),
      [x, value("\(name).weight"), value("\(name).bias")])[0]
  }

  /// Dropout on stream number `stream`, counted from the function's argument "stream" where it has one;
  /// x itself where nothing is dropped.
  mutating func dropout(_ x: ValueID, probability: Double, stream number: Int) -> ValueID {
    guard isTraining && probability > 0 else { return x }
    var stream = rewriter.scalar(Double(number), .i32)
    if let first = named["stream"] { stream = rewriter.add(first, stream) }
    return rewriter.insert(
      .random(.dropout(probability: probability)), [x, value("key"), stream])[0]
  }

  mutating func activation(_ x: ValueID) -> ValueID {
    switch model.activation {
    case .gelu: rewriter.unary(.geluErf, x)
    case .geluTanh: rewriter.unary(.geluTanh, x)
    }
  }

  /// log softmax of the rows picked at the labels, negated: the cross entropy of each row, in f32.
  mutating func crossEntropies(_ logits: ValueID, labels: ValueID) -> ValueID {
    let logProbabilities = rewriter.insert(.softmax(.logSoftmax), [logits])[0]
    let picked = rewriter.selectColumns(logProbabilities, labels)
    return rewriter.unary(.negate, rewriter.convert(picked, to: lossElement))
  }

  /// For each row of logits 1 where none is above the label's, else 0, in f32. A row with a NaN, which
  /// its maximum then is, has 0.
  mutating func hits(_ logits: ValueID, labels: ValueID) -> ValueID {
    let highest = rewriter.maximum(logits, axes: [1])
    let own = rewriter.selectColumns(logits, labels)
    return rewriter.convert(rewriter.compare(.equal, own, highest), to: lossElement)
  }

  /// Losses and accuracies are formed in f32; in f64 where the whole graph is.
  var lossElement: ElementType { element == .f64 ? .f64 : .f32 }

  mutating func mean(_ x: ValueID) -> ValueID {
    let count = rewriter.type(of: x).count
    let sum = rewriter.sum(x, axes: Array(rewriter.type(of: x).shape.indices))
    return rewriter.multiply(sum, rewriter.scalar(1 / Double(count), lossElement))
  }
}
