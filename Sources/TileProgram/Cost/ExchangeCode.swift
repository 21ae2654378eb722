/// How tiles are told what to send and where to put what arrives: sizes of code and cycles of issuing it.
///
/// Sizes are those of a C600's encodings, from osmarks/ipu-stack, which has them from its own assembler and
/// hardware. Poplar's encoder is not public; of the same model it takes 15.5 kB a tile on the mean.
package enum ExchangeCode {
  /// Bytes of a word, which is what a tile sends in a cycle.
  package static let wordBytes = 4
  /// Words that an instruction of 4 bytes sends.
  package static let shortSendWords = 64
  /// Words that an instruction of 8 bytes sends.
  package static let longSendWords = 4160
  /// Bytes of an instruction that sends a short piece, and of what makes it a long one.
  package static let sendBytes = 4
  /// Bytes that a fragment takes at the tile that receives it: three controls of 4 bytes.
  package static let receiveBytes = 12
  /// Bytes for each piece of memory after the first of a fragment: another pointer.
  package static let pointerBytes = 4
  /// Bytes around the instructions on a tile that takes part: its bases, the synchronisation, the call.
  package static let activeBytes = 32
  /// Bytes on a tile that only synchronises.
  package static let inactiveBytes = 24
  /// Cycles in which a tile issues the control of a send.
  package static let sendCycles = 2
  /// Cycles in which it issues those of a fragment that it receives.
  package static let receiveCycles = 2
  /// Cycles in which it sets the pointer for a piece of memory that it receives into.
  package static let pointerCycles = 1

  /// Halves of instructions beyond the first that a piece of so many words needs.
  static func furtherSends(_ words: Int) -> Int {
    guard words > shortSendWords else { return 0 }
    return 2 * ((words + longSendWords - 1) / longSendWords) - 1
  }
}
