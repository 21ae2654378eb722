import Metrics
import Testing
import Training

/// A text sink and a clock that the test moves.
private final class Sink {
  var text = ""
  var seconds = 100.0

  func progress(
    _ mode: ProgressMode, terminal: Bool = false, colour: Bool = false, unicode: Bool = false,
    width: Int = 60
  ) -> Progress {
    Progress(
      mode: mode,
      traits: TerminalTraits(isTerminal: terminal, colour: colour, unicode: unicode, width: width),
      write: { self.text += $0 }, now: { self.seconds })
  }
}

@Suite struct ProgressTests {
  static func metrics(_ update: Int) -> TrainingMetrics {
    TrainingMetrics(
      weightUpdate: update, samples: update * 12,
      losses: .pretraining(maskedLM: 7 - Double(update) / 2, nextSentence: 0.5),
      learningRate: 0.001, lossScale: 16, samplesPerSecond: 6)
  }

  @Test func plainLinesComeAtAMeasuredPace() {
    let sink = Sink()
    let progress = sink.progress(.plain)
    progress.begin("reading", total: 100)
    for done in 1...100 {
      sink.seconds += 0.125
      progress.advance(to: done, detail: "file 1")
    }
    progress.finish()
    #expect(
      sink.text == """
        reading
        reading: 40/100, 8 s left, file 1
        reading: 80/100, 3 s left, file 1
        reading: 100/100 in 13 s

        """)
  }

  @Test func stepLinesAreTheFirstTheLastAndSomeBetween() {
    let sink = Sink()
    let progress = sink.progress(.auto)
    progress.begin("training", total: 4)
    for update in 1...4 {
      sink.seconds += 3
      progress.step(Self.metrics(update))
    }
    progress.finish()
    let tail =
      "nsp_loss: 0.5000, learning_rate: 0.001, loss_scale: 16.0, "
      + "throughput: 6.0 samples/sec"
    #expect(
      sink.text == """
        training
        step: 1, mlm_loss: 6.5000, \(tail), 9 s left
        step: 3, mlm_loss: 5.5000, \(tail), 3 s left
        step: 4, mlm_loss: 5.0000, \(tail)
        training: 4/4 in 12 s

        """)
  }

  @Test func theBarIsDrawnOverAndFitsTheTerminal() {
    let sink = Sink()
    let progress = sink.progress(.auto, terminal: true, width: 80)
    progress.begin("data", total: 4)
    sink.seconds += 1
    progress.advance(to: 1)
    // Too soon to be seen.
    sink.seconds += 0.01
    progress.advance(to: 2)
    progress.note("a remark")
    progress.finish()
    let empty = "\r" + "data [" + String(repeating: ".", count: 40) + "] 0/4" + "\u{1B}[K"
    let quarter =
      "\rdata [" + String(repeating: "#", count: 10) + String(repeating: ".", count: 30)
      + "] 1/4  3 s left\u{1B}[K"
    #expect(sink.text.hasPrefix(empty + quarter + "\r\u{1B}[Ka remark\n\rdata ["))
    #expect(sink.text.hasSuffix("\r\u{1B}[Kdata: 2/4 in 2 s\n"))

    for width in [1, 10, 30, 200] {
      let narrow = Sink()
      let bar = narrow.progress(.bar, unicode: true, width: width)
      bar.begin("training", total: 10)
      narrow.seconds += 1
      bar.advance(to: 5, detail: "mlm_loss 6.500 nsp_loss 0.500")
      for line in narrow.text.split(separator: "\r") {
        #expect(line.replacing("\u{1B}[K", with: "").count < max(2, width))
      }
    }
  }

  @Test func colourIsUsedOnlyWhereAllowed() {
    for colour in [true, false] {
      let sink = Sink()
      let progress = sink.progress(.auto, terminal: true, colour: colour)
      progress.begin("data", total: 4)
      #expect(sink.text.contains("\u{1B}[1m") == colour)
    }
  }

  @Test func noneIsSilent() {
    let sink = Sink()
    let progress = sink.progress(.none, terminal: true)
    progress.begin("training", total: 2)
    sink.seconds += 60
    progress.step(Self.metrics(1))
    progress.advance(to: 2)
    progress.note("x")
    progress.finish()
    #expect(sink.text == "")
  }

  @Test func traitsFollowTheEnvironment() {
    func traits(_ variables: [String: String]) -> TerminalTraits {
      TerminalTraits.of(descriptor: -1, environment: { variables[$0] })
    }
    #expect(traits([:]) == .init(isTerminal: false, colour: false, unicode: false, width: 80))
    #expect(traits(["LANG": "de_DE.UTF-8"]).unicode)
    #expect(!traits(["LANG": "de_DE.UTF-8", "LC_ALL": "C"]).unicode)
    #expect(traits(["LANG": "C", "LC_ALL": "", "LC_CTYPE": "C.utf8"]).unicode)
  }
}
