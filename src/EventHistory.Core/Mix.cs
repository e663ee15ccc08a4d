namespace EventHistory.Core;

internal static class Mix
{
    /// <summary>SplitMix64's finalizer: every bit of the number decides about every bit of the result.</summary>
    public static ulong Bits(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58_476D_1CE4_E5B9;
        x = (x ^ (x >> 27)) * 0x94D0_49BB_1331_11EB;
        return x ^ (x >> 31);
    }
}
