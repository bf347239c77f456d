/// What digests large objects as they pass by. The hash is a library's, and so it lies outside of this module.
package protocol LargeObjectDigesting: AnyObject {
    /// Takes the next bytes of the current object in, wherever they are cut.
    func take(_ bytes: UnsafeRawBufferPointer)

    /// Ends the current object, whose number this is; the next bytes are another's.
    func end(oid: UInt32)
}
