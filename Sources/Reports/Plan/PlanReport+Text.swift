import IPUTarget
import TileProgram

extension PlanReport {
  /// All of the plan: verdict, memory, stages, time, assumptions.
  package var text: String {
    summaryText + "\n" + memoryText + "\n" + stagesText + "\n" + timeText + "\n" + assumptionsText
  }

  /// The verdict with the speed, memory by IPU, and where the time goes, in few lines.
  package var summaryText: String {
    let time = plan.time
    var speed = [
      "\(Figures.decimal(samplesPerSecond)) samples/s",
      "a weight update of \(Figures.grouped(globalBatch)) samples in "
        + Figures.seconds(time.stepSeconds),
    ]
    if let timestep = time.timestep {
      speed.append("\(Figures.grouped(timestep.cycles)) cycles a timestep")
    }
    let total = time.total
    let parts = total.parts.filter { $0.cycles > 0 }.map {
      "\($0.name) \(Figures.percent($0.cycles, of: total.total))"
    }
    return verdict + Figures.wrapped("predicted:", speed) + ipusText
      + Figures.wrapped("where the time goes:", parts)
  }

  /// "fits" or "does not fit", with the fullest tile.
  private var verdict: String {
    let word = fits ? "fits" : "does not fit"
    guard let fullest else { return "\(word) \(systemPhrase)\n" }
    return "\(word) \(systemPhrase): the fullest tile needs "
      + "\(Figures.kibibytes(fullest.worstTileBytes)) of "
      + "\(kibibytesText(plan.chip.tileBytes)) (IPU \(fullest.ipu), tile \(fullest.worstTile))\n"
  }

  /// A row for each IPU: its stages, its worst tile, and the others beside it.
  private var ipusText: String {
    var table = TextTable(header: [
      "IPU", "stages", "worst tile", "needs KiB", "of tile", "always live", "median tile", "code",
      "fits",
    ])
    for ipu in plan.ipus {
      let sorted = ipu.neededBytes.sorted()
      table.add([
        "\(ipu.ipu)", stageList(of: ipu.ipu), "\(ipu.worstTile)",
        Figures.kibibytes(ipu.worstTileBytes),
        Figures.percent(ipu.worstTileBytes, of: plan.chip.tileBytes),
        Figures.kibibytes(ipu.alwaysLiveBytes[ipu.worstTile]),
        Figures.kibibytes(sorted[sorted.count / 2]),
        Figures.kibibytes(ipu.codeBytes.max() ?? 0),
        ipu.failures(on: plan.chip).isEmpty ? "yes" : "no",
      ])
    }
    return table.text
  }

  /// The worst tiles by what their memory is for, with the peak and its largest tensors.
  package var memoryText: String {
    // As many IPUs beside each other as a terminal is wide.
    let width = 8
    var text = "the worst tiles by what their memory is for, in KiB\n"
    for first in stride(from: 0, to: plan.ipus.count, by: width) {
      let ipus = plan.ipus[first..<min(first + width, plan.ipus.count)]
      var table = TextTable(header: ["class"] + ipus.map { "IPU \($0.ipu)" })
      for kind in IPUMemory.Class.all {
        let bytes = ipus.map { $0.bytes(of: kind) }
        guard bytes.contains(where: { $0 > 0 }) else { continue }
        table.add([kind.words] + bytes.map(Figures.kibibytes))
      }
      table.add(["all"] + ipus.map { Figures.kibibytes($0.worstTileBytes) })
      text += table.text
    }
    for ipu in plan.ipus {
      text += "IPU \(ipu.ipu) has its peak in \(names.phrase(ipu.peak)); the largest tensors:\n"
      for tensor in ipu.tensors.prefix(3) {
        text += "  \(Figures.kibibytes(tensor.bytes)) KiB \(names.phrase(tensor, at: ipu.peak))\n"
      }
    }
    return text
  }

  /// The stages: layers, cycles of a micro-batch, and what they keep on all tiles together.
  package var stagesText: String {
    var table = TextTable(header: [
      "stage", "IPU", "layers", "forward kcycles", "backward", "weights MiB", "accumulators",
      "stash",
    ])
    func mebibytes(_ stage: PlanStage, _ category: TileTensor.Category) -> String {
      Figures.decimal(Double(stage.byteCount(of: category)) / 1_048_576)
    }
    func kilocycles(_ cycles: Int?) -> String {
      cycles.map { Figures.grouped(($0 + 500) / 1000) } ?? ""
    }
    for stage in stages {
      table.add([
        "\(stage.number)", "\(stage.ipu)", stage.layers,
        kilocycles(stage.forwardCycles), kilocycles(stage.backwardCycles),
        mebibytes(stage, .weight),
        mebibytes(stage, .accumulator), mebibytes(stage, .stash),
      ])
    }
    return table.text
  }

  /// What a weight update consists of, and what each IPU does in a timestep.
  package var timeText: String {
    let time = plan.time
    var parts = TextTable(header: ["part of a weight update", "Mcycles", "time", "share"])
    for part in TimePlan.Part.allCases {
      let cycles = time.cycles(of: part)
      parts.add([
        part.words, Figures.decimal(Double(cycles) / 1e6),
        Figures.seconds(Double(cycles) / time.clockHertz), Figures.percent(cycles, of: time.cycles),
      ])
    }
    guard let timestep = time.timestep else { return parts.text }
    return parts.text
      + "\na timestep, of which the steady state has \(Figures.grouped(timestep.count))\n"
      + table(of: timestep.uses)
  }

  /// When everything happens: the parts of a weight update, and in each what the IPUs do.
  package var scheduleText: String {
    let time = plan.time
    let further = TimePlan.Part.allCases.filter { $0 != .steady && time.cycles(of: $0) > 0 }
    return timeText
      + further.map { "\n\($0.words), in all\n" + table(of: time.uses(of: $0)) }.joined()
  }

  private func table(of uses: [TimeUse]) -> String {
    let columns = TimeUse().parts.map(\.name)
    let used = columns.indices.filter { index in uses.contains { $0.parts[index].cycles > 0 } }
    var table = TextTable(header: ["IPU", "kcycles"] + used.map { columns[$0] })
    for (ipu, use) in uses.enumerated() {
      table.add(
        ["\(ipu)", Figures.grouped((use.total + 500) / 1000)]
          + used.map { Figures.percent(use.parts[$0].cycles, of: use.total) })
    }
    return table.text
  }

  /// The numbers that nothing public says.
  package var assumptionsText: String {
    let facts = assumptions
    guard !facts.isEmpty else { return "no number of the machine is an assumption\n" }
    return "assumed, because nothing public says it:\n"
      + facts.map { fact in
        Figures.wrapped(
          "  \(fact.name) \(fact.text):", fact.source.split(separator: " ").map(String.init),
          separator: "")
      }.joined()
  }
}

extension IPUMemory {
  /// Bytes of the worst tile that are for this.
  func bytes(of kind: Class) -> Int { shares.first { $0.class == kind }?.bytes ?? 0 }
}

extension TimePlan.Part {
  /// The part in words.
  var words: String {
    switch self {
    case .steady: "steady state"
    case .ramps: "ramps"
    case .allReduce: "all-reduce"
    case .update: "update"
    }
  }
}
