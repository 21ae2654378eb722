import Foundations
import TileProgram

extension PlanReport {
  /// The IPUs that have no room, the fullest first.
  package var misfits: [IPUMemory] {
    plan.ipus.filter { !$0.failures(on: plan.chip).isEmpty }.sorted {
      ($0.worstTileBytes, $1.ipu) > ($1.worstTileBytes, $0.ipu)
    }
  }

  /// What does not fit, without a place in the configuration and ways out; nil where all fits.
  package var misfit: Diagnostic? {
    guard let ipu = misfits.first, let failure = ipu.failures(on: plan.chip).first else {
      return nil
    }
    var notes: [String]
    switch failure {
    case .memory: notes = [peak(of: ipu), largest(of: ipu)]
    case .received:
      notes = [
        "in \(names.phrase(ipu.receiving.map { [$0] } ?? [])); what arrives must all be there before it is used"
      ]
    case .code:
      notes = [
        [IPUMemory.Class.exchangeCode, .controlCode, .vertexCode].map {
          "\($0.words) \(Figures.kibibytes(ipu.bytes(of: $0))) KiB"
        }.joined(separator: ", ")
      ]
    }
    let others = misfits.dropFirst().compactMap { other in
      other.failures(on: plan.chip).first.map { "IPU \(other.ipu): \(phrase($0))" }
    }
    if !others.isEmpty { notes.append("neither fit " + others.joined(separator: "; ")) }
    return Diagnostic(
      code: .ipuOutOfMemory, "IPU \(ipu.ipu) does not fit: \(phrase(failure))", notes: notes)
  }

  private func phrase(_ failure: IPUMemory.Failure) -> String {
    func text(_ bytes: Int) -> String { "\(Figures.kibibytes(bytes)) KiB" }
    switch failure {
    case .memory(let tile, let bytes):
      return "tile \(tile) needs \(text(bytes)) of \(text(plan.chip.tileBytes)) at its peak"
    case .received(let tile, let bytes):
      return
        "tile \(tile) receives \(text(bytes)) in one exchange, of \(text(plan.chip.tileBytes)) that it has"
    case .code(let tile, let bytes):
      return
        "tile \(tile) has \(text(bytes)) of code, of which it runs \(text(plan.chip.executableBytes))"
    }
  }

  /// When the peak is, and what lives then.
  private func peak(of ipu: IPUMemory) -> String {
    let shares = ipu.shares.sorted { $0.bytes > $1.bytes }.filter {
      $0.bytes * 100 >= ipu.worstTileBytes
    }
    return "at the peak, in \(names.phrase(ipu.peak)): "
      + shares.map {
        "\($0.class.words) \(Figures.decimal(100 * Double($0.bytes) / Double(ipu.worstTileBytes), digits: 0)) %"
      }.joined(separator: ", ")
  }

  private func largest(of ipu: IPUMemory) -> String {
    "the three largest: "
      + ipu.tensors.prefix(3).map {
        "\(names.phrase($0, at: ipu.peak)) (\(Figures.kibibytes($0.bytes)) KiB)"
      }.joined(separator: ", ")
  }
}
