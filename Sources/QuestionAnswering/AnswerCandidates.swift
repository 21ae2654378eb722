import Foundations
import Glibc

/// What the model said about one feature: a logit for each of its S tokens.
package struct AnswerLogits: Sendable {
  /// How much each token looks like the answer's first: [S].
  package var start: ArraySlice<Float>
  /// How much each token looks like the answer's last: [S].
  package var end: ArraySlice<Float>

  package init(start: ArraySlice<Float>, end: ArraySlice<Float>) {
    self.start = start
    self.end = end
  }
}

/// A possible answer.
package struct AnswerCandidate: Hashable, Sendable {
  /// The words, as they stand in the context.
  package var text: String
  /// The logit of its first token.
  package var startLogit: Float
  /// The logit of its last token.
  package var endLogit: Float
  /// Its share among the candidates: softmax over their scores.
  package var probability: Double

  package init(text: String, startLogit: Float, endLogit: Float, probability: Double) {
    self.text = text
    self.startLogit = startLogit
    self.endLogit = endLogit
    self.probability = probability
  }

  /// What candidates are ranked by.
  var score: Float { startLogit + endLogit }
}

/// How answers are chosen among the spans of a context.
package struct AnswerSelection: Sendable {
  /// Candidates that are kept, and first and last tokens of a window that are tried.
  package var candidateCount: Int
  /// Tokens of an answer at the most.
  package var longestAnswer: Int

  /// The published settings: 20 candidates, answers of at most 30 tokens.
  package init(candidateCount: Int = 20, longestAnswer: Int = 30) {
    self.candidateCount = candidateCount
    self.longestAnswer = longestAnswer
  }

  /// The best answers to a question, the best first; at least one, which is "empty" with logits 0 where no
  /// span of the context is possible.
  ///
  /// A span is possible where it ends no earlier than it begins, is not too long, and begins in the window that
  /// shows the most of the context around its first token. Of equal scores the earlier span comes first. A
  /// logit that is no number makes no answer.
  ///
  /// - Parameter features: the question's features, in the order of their windows, each with its logits.
  package func candidates(
    _ features: [(feature: QuestionFeature, logits: AnswerLogits)],
    in context: FeatureMaker.Context
  ) -> [AnswerCandidate] {
    let windows = features.map(\.feature.window)
    var spans: [Span] = []
    for (number, (feature, logits)) in features.enumerated() {
      let starts = best(logits.start, in: feature.contextPlaces).filter { place in
        Self.bestWindow(forToken: feature.window.lowerBound + place - 1, in: windows) == number
      }
      let ends = best(logits.end, in: feature.contextPlaces)
      for start in starts {
        for end in ends where end >= start && end - start < longestAnswer {
          let shift = feature.window.lowerBound - 1
          spans.append(
            Span(
              tokens: start + shift...end + shift, startLogit: Self.value(logits.start, start),
              endLogit: Self.value(logits.end, end)))
        }
      }
    }
    let chosen = spans.sorted(by: Span.isBetter).prefix(candidateCount).map { span in
      AnswerCandidate(
        text: context.text(of: span.tokens), startLogit: span.startLogit, endLogit: span.endLogit,
        probability: 0)
    }
    return Self.withProbabilities(
      chosen.isEmpty
        ? [AnswerCandidate(text: "empty", startLogit: 0, endLogit: 0, probability: 0)] : chosen)
  }

  /// A span of a context's tokens.
  private struct Span {
    var tokens: ClosedRange<Int>
    var startLogit: Float
    var endLogit: Float

    static func isBetter(_ first: Span, _ second: Span) -> Bool {
      let scores = (first.startLogit + first.endLogit, second.startLogit + second.endLogit)
      if scores.0 != scores.1 { return scores.0 > scores.1 }
      return (first.tokens.lowerBound, first.tokens.upperBound)
        < (second.tokens.lowerBound, second.tokens.upperBound)
    }
  }

  private static func value(_ logits: ArraySlice<Float>, _ place: Int) -> Float {
    logits[logits.startIndex + place]
  }

  /// The places with the highest logits among the sequence's highest, as many as candidates are kept: as in the
  /// original, places outside of the context take part and are left out afterwards.
  private func best(_ logits: ArraySlice<Float>, in places: Range<Int>) -> [Int] {
    let finite = logits.indices.filter { logits[$0].isFinite }
    let best = finite.sorted { (logits[$1], $0) < (logits[$0], $1) }.prefix(candidateCount)
    return best.map { $0 - logits.startIndex }.filter(places.contains)
  }

  /// The window that shows the most of the context on the token's poorer side, and of equal ones the longer,
  /// and then the first; BERT's own rule.
  static func bestWindow(forToken token: Int, in windows: [Range<Int>]) -> Int? {
    var best: (number: Int, score: Double)?
    for (number, window) in windows.enumerated() where window.contains(token) {
      let around = min(token - window.lowerBound, window.upperBound - 1 - token)
      let score = Double(around) + 0.01 * Double(window.count)
      if score > best?.score ?? -.infinity { best = (number, score) }
    }
    return best?.number
  }

  private static func withProbabilities(_ candidates: [AnswerCandidate]) -> [AnswerCandidate] {
    let highest = candidates.map(\.score).max() ?? 0
    let weights = candidates.map { exp(Double($0.score) - Double(highest)) }
    let sum = weights.reduce(0, +)
    return zip(candidates, weights).map { candidate, weight in
      var candidate = candidate
      candidate.probability = weight / sum
      return candidate
    }
  }
}

extension FeatureMaker.Context {
  /// The text that a range of tokens stands for.
  func text(of range: ClosedRange<Int>) -> String {
    let span =
      tokens[range.lowerBound].offsets.lowerBound..<tokens[range.upperBound].offsets.upperBound
    return String(String.UnicodeScalarView(scalars[span]))
  }
}
