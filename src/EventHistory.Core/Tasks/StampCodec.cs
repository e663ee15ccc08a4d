using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// Stamps as bytes for <c>task.stamps</c>: about 20 bytes a stamp. Per stamp, as 7-bit variable-length integers: kind,
/// microseconds since the stamp before (zigzag), clock (zigzag), fingerprint, host, pid (zigzag), detail (zigzag), and
/// for a custom event its type. Hosts and types are numbers of <c>eventhistory.label</c>.
/// </summary>
public static class StampCodec
{
    public static byte[] Write(IReadOnlyCollection<Stamp> stamps, Func<string, int> label)
    {
        using var stream = new MemoryStream(stamps.Count * 24);
        using var writer = new BinaryWriter(stream);
        long last = 0;
        foreach (var stamp in stamps)
        {
            var micros = (stamp.At - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            writer.Write((byte)stamp.Kind);
            Zigzag(writer, micros - last);
            Zigzag(writer, stamp.Clock);
            writer.Write(stamp.Fingerprint);
            writer.Write7BitEncodedInt(label(stamp.Host));
            Zigzag(writer, stamp.Pid);
            Zigzag(writer, stamp.Detail);
            if (stamp.Kind == EventKind.TaskCustom)
                writer.Write7BitEncodedInt(label(stamp.Type!));
            last = micros;
        }
        writer.Flush();
        return stream.ToArray();
    }

    public static List<Stamp> Read(byte[] bytes, Func<int, string> label)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var stamps = new List<Stamp>(bytes.Length / 16);
        long micros = 0;
        while (reader.BaseStream.Position < bytes.Length)
        {
            var kind = (EventKind)reader.ReadByte();
            micros += Unzigzag(reader);
            var clock = Unzigzag(reader);
            var fingerprint = reader.ReadUInt32();
            var host = label(reader.Read7BitEncodedInt());
            var pid = (int)Unzigzag(reader);
            var detail = (int)Unzigzag(reader);
            var type = kind == EventKind.TaskCustom ? label(reader.Read7BitEncodedInt()) : null;
            stamps.Add(new Stamp(DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond), kind, clock, fingerprint, host, pid, detail, type));
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

    private static void Zigzag(BinaryWriter writer, long value) => writer.Write7BitEncodedInt64((value << 1) ^ (value >> 63));

    private static long Unzigzag(BinaryReader reader)
    {
        var value = reader.Read7BitEncodedInt64();
        return (long)((ulong)value >> 1) ^ -(value & 1);
    }
}
