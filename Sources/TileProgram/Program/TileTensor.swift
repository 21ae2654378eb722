import Foundations

/// A piece of memory on the tiles of one IPU that holds a tensor in a layout.
package struct TileTensor: Hashable, Sendable {
  /// Where the memory is.
  package enum Home: Hashable, Sendable {
    /// In the function's frame, as many bytes from its beginning on every tile.
    case frame(offset: Int)
    /// Where the caller has the argument.
    case argument(Int)
    /// Where the caller wants the result.
    case result(Int)
    /// The memory of another tensor of the function, in the axes of another shape.
    case alias(of: Int)
  }

  /// What the memory is for: the classes of memory that a plan tells apart.
  package enum Category: String, Hashable, Sendable, CaseIterable {
    /// What the graph calls a value: an activation or its gradient.
    case activation
    /// Parameters of the model.
    case weight
    /// Sums of gradients over micro-batches.
    case accumulator
    /// Running means of the optimizer.
    case optimizerState = "optimizer_state"
    /// Activations that wait for their backward stage.
    case stash
    /// Operands and partial sums where a compute set needs them.
    case temporary
    /// Values known before the program runs.
    case constant
  }

  /// What each tile has of it.
  package var layout: Layout
  /// The type of each element.
  package var element: ElementType
  /// Where its memory is.
  package var home: Home
  /// What the memory is for.
  package var category: Category
  /// The IPU of the replica; 0 in functions that run on one IPU, whichever it is.
  package var ipu: Int

  package init(
    _ layout: Layout, _ element: ElementType, home: Home, category: Category, ipu: Int = 0
  ) {
    self.layout = layout
    self.element = element
    self.home = home
    self.category = category
    self.ipu = ipu
  }

  /// The tensor's type.
  package var type: TensorType { TensorType(layout.shape, element) }

  /// Bytes of the fullest tile.
  package var tileBytes: Int { layout.largestElementCount * element.byteCount }
}
