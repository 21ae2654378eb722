import Datasets
import Foundations

/// Makes features of questions. The context of a paragraph is tokenised once for all its questions.
package struct FeatureMaker: Sendable {
  package typealias Token = WordPieceTokenizer.Token

  /// A paragraph's text and its tokens.
  package struct Context: Sendable {
    /// The text, whose scalars the tokens' offsets count.
    package let scalars: [Unicode.Scalar]
    /// Its tokens.
    package let tokens: [Token]
  }

  /// What makes tokens of texts.
  package let tokenizer: WordPieceTokenizer
  /// How the features are made.
  package let options: FeatureOptions

  package init(_ tokenizer: WordPieceTokenizer, _ options: FeatureOptions) {
    self.tokenizer = tokenizer
    self.options = options
  }

  /// Tokenises a paragraph's text.
  package func context(of paragraph: QuestionSet.Paragraph) -> Context {
    Context(
      scalars: Array(paragraph.context.unicodeScalars),
      tokens: tokenizer.tokenize(paragraph.context))
  }

  /// The features of a question, at least one, without an answer.
  package func features(
    of question: QuestionSet.Question, in context: Context
  ) -> [QuestionFeature] {
    features(of: question, in: context) { _ in 0...0 }
  }

  /// The features to learn a question from: of truncated pairs none where a part of the answer is cut off;
  /// of windows all, and those without the whole answer have `[CLS]` for it, as in BERT's own reader, so that
  /// the logits of windows can be compared.
  /// - Throws: `squad-no-answer` and `squad-misplaced-answer`.
  package func trainingFeatures(
    of question: QuestionSet.Question, in context: Context
  ) throws(TesseraError) -> [QuestionFeature] {
    let answer = try question.firstAnswer(in: context.scalars)
    let tokens = tokens(of: answer, in: context)
    func places(_ window: Range<Int>) -> ClosedRange<Int>? {
      guard let tokens, window.contains(tokens.lowerBound), window.contains(tokens.upperBound)
      else { return nil }
      let shift = 1 - window.lowerBound
      return tokens.lowerBound + shift...tokens.upperBound + shift
    }
    switch options.longContexts {
    case .truncated:
      return features(of: question, in: context) { places($0) ?? 0...0 }
        .filter { $0.answer.lowerBound > 0 }
    case .windows:
      return features(of: question, in: context) { places($0) ?? 0...0 }
    }
  }

  /// The tokens that hold the answer's first and last scalar; nil where a scalar of the two is in no token,
  /// as a space, and the pair is truncated: the original leaves the question out then. For windows the token
  /// behind the first and before the last scalar take their places.
  private func tokens(of answer: AnswerSpan, in context: Context) -> ClosedRange<Int>? {
    let first = answer.scalars.lowerBound
    let last = answer.scalars.upperBound - 1
    let found: (Int?, Int?) =
      switch options.longContexts {
      case .truncated:
        (
          context.tokens.firstIndex { $0.offsets.contains(first) },
          context.tokens.firstIndex { $0.offsets.contains(last) }
        )
      case .windows:
        (
          context.tokens.firstIndex { $0.offsets.upperBound > first },
          context.tokens.lastIndex { $0.offsets.lowerBound <= last }
        )
      }
    guard let start = found.0, let end = found.1, start <= end else { return nil }
    return start...end
  }

  private func features(
    of question: QuestionSet.Question, in context: Context,
    answer: (_ window: Range<Int>) -> ClosedRange<Int>
  ) -> [QuestionFeature] {
    let question = tokenizer.tokenize(question.text)
    let room = options.sequenceLength - 3
    let windows: [Range<Int>]
    let questionCount: Int
    switch options.longContexts {
    case .truncated:
      let counts = WordPieceTokenizer.truncatedCounts(
        context.tokens.count, question.count, room: room)
      windows = [0..<counts.0]
      questionCount = counts.1
    case .windows(let stride):
      questionCount = min(question.count, options.questionLimit())
      windows = Self.windows(
        of: context.tokens.count, length: room - questionCount, stride: stride)
    }
    return windows.map { window in
      QuestionFeature(
        context: context.tokens[window], question: question[..<questionCount],
        answer: answer(window), vocabulary: tokenizer.vocabulary,
        length: options.sequenceLength)
    }
  }

  /// Windows of at most `length` tokens that cover `count` of them, the last one ending at the last token.
  static func windows(of count: Int, length: Int, stride: Int) -> [Range<Int>] {
    var windows: [Range<Int>] = []
    var start = 0
    repeat {
      let end = min(start + length, count)
      windows.append(start..<end)
      if end == count { break }
      // A stride above the length would leave tokens out.
      start += min(stride, length)
    } while true
    return windows
  }
}
