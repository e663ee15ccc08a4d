using System.Buffers;
using System.Buffers.Binary;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// Stamps as bytes for <c>task.stamps</c>: some 14 bytes a stamp. Per stamp: a byte with the kind and two flags; then, as
/// 7-bit variable-length integers (zigzag where they can be negative), microseconds since the stamp before and clock since the
/// stamp before; the fingerprint, 4 bytes; host and pid unless they are those of the stamp before; detail unless it is 0; for
/// a custom event its type. Hosts and types are numbers of <c>eventhistory.label</c>.
/// </summary>
public static class StampCodec
{
    private const byte SameProcess = 0x80;
    private const byte NoDetail = 0x40;
    private const int MaxStampBytes = 48;

    public static byte[] Write(IReadOnlyList<Stamp> stamps, Func<string, int> label)
    {
        var bytes = new ArrayBufferWriter<byte>();
        Write(stamps, label, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    public static void Write(IReadOnlyList<Stamp> stamps, Func<string, int> label, IBufferWriter<byte> to)
    {
        var bytes = to.GetSpan(Math.Max(1, stamps.Count * MaxStampBytes));
        var length = 0;
        var last = default(Stamp);
        long lastMicros = 0;
        for (var i = 0; i < stamps.Count; i++)
        {
            var stamp = stamps[i];
            var micros = (stamp.At - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            var sameProcess = i > 0 && stamp.Pid == last.Pid && stamp.Host == last.Host;
            bytes[length++] = (byte)((byte)stamp.Kind | (sameProcess ? SameProcess : 0) | (stamp.Detail == 0 ? NoDetail : 0));
            Varint.Write(bytes, ref length, Varint.Zigzag(micros - lastMicros));
            Varint.Write(bytes, ref length, Varint.Zigzag(unchecked(stamp.Clock - last.Clock)));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[length..], stamp.Fingerprint);
            length += sizeof(uint);
            if (!sameProcess)
            {
                Varint.Write(bytes, ref length, (ulong)label(stamp.Host));
                Varint.Write(bytes, ref length, Varint.Zigzag(stamp.Pid));
            }
            if (stamp.Detail != 0)
                Varint.Write(bytes, ref length, Varint.Zigzag(stamp.Detail));
            if (stamp.Kind == EventKind.TaskCustom)
                Varint.Write(bytes, ref length, (ulong)label(stamp.Type!));
            (last, lastMicros) = (stamp, micros);
        }
        to.Advance(length);
    }

    public static List<Stamp> Read(byte[] bytes, Func<int, string> label)
    {
        var stamps = new List<Stamp>(bytes.Length / 12);
        var last = default(Stamp);
        long micros = 0;
        for (var at = 0; at < bytes.Length;)
        {
            var head = bytes[at++];
            var kind = (EventKind)(head & ~(SameProcess | NoDetail));
            micros += Varint.Unzigzag(Varint.Read(bytes, ref at));
            var clock = unchecked(last.Clock + Varint.Unzigzag(Varint.Read(bytes, ref at)));
            var fingerprint = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
            at += sizeof(uint);
            var (host, pid) = (head & SameProcess) != 0 ? (last.Host, last.Pid) : (label((int)Varint.Read(bytes, ref at)), (int)Varint.Unzigzag(Varint.Read(bytes, ref at)));
            var detail = (head & NoDetail) != 0 ? 0 : (int)Varint.Unzigzag(Varint.Read(bytes, ref at));
            var type = kind == EventKind.TaskCustom ? label((int)Varint.Read(bytes, ref at)) : null;
            last = new Stamp(DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond), kind, clock, fingerprint, host, pid, detail, type);
            stamps.Add(last);
        }
        return stamps;
    }

    /// <summary>The label numbers that <see cref="Read"/> will ask for.</summary>
    public static IEnumerable<int> Labels(byte[] bytes)
    {
        var labels = new List<int>();
        Read(bytes, number => { labels.Add(number); return "task-"; });
        return labels;
    }
}
