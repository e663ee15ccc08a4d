using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using EventHistory.Core.Celery;
using Npgsql;

namespace EventHistory.Store;

/// <summary>
/// Rows in PostgreSQL's binary COPY format (https://www.postgresql.org/docs/current/sql-copy.html), written by hand: a text goes
/// from the message to the server in one copy.
/// </summary>
internal sealed class CopyBuffer : IBufferWriter<byte>
{
    /// <summary>PostgreSQL counts microseconds from here.</summary>
    private static readonly DateTime _epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private const int Null = -1;
    private const int KeptBytes = 8 * 1024 * 1024; // what stays allocated between batches

    private const int FirstBytes = 256 * 1024;

    private byte[] _bytes = new byte[FirstBytes];
    private int _length;

    public CopyBuffer() => Clear();

    /// <summary>How many rows it holds.</summary>
    public int Rows { get; private set; }

    public void Clear()
    {
        if (_bytes.Length > KeptBytes)
            _bytes = new byte[FirstBytes];
        _length = Rows = 0;
        Append("PGCOPY\n"u8);
        Append([0xFF, (byte)'\r', (byte)'\n', 0]);
        Append([0, 0, 0, 0, 0, 0, 0, 0]); // no flags, no header extension
    }

    /// <summary>Sends the rows, which must have the columns that the statement names.</summary>
    /// <param name="sql"><c>copy … from stdin (format binary)</c></param>
    public async Task Send(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        var end = _length;
        BinaryPrimitives.WriteInt16BigEndian(GetSpan(2), -1);
        await using var stream = await connection.BeginRawBinaryCopyAsync(sql, ct);
        await stream.WriteAsync(_bytes.AsMemory(0, end + 2), ct);
    }

    public void Row(int columns)
    {
        BinaryPrimitives.WriteInt16BigEndian(GetSpan(2), (short)columns);
        _length += 2;
        Rows++;
    }

    public void Add(int? value)
    {
        if (value is { } number)
            Add(number);
        else
            AddNull();
    }

    public void Add(int value) => BinaryPrimitives.WriteInt32BigEndian(Field(4), value);

    public void Add(long? value)
    {
        if (value is { } number)
            Add(number);
        else
            AddNull();
    }

    public void Add(long value) => BinaryPrimitives.WriteInt64BigEndian(Field(8), value);

    public void Add(double? value)
    {
        if (value is { } number)
            BinaryPrimitives.WriteDoubleBigEndian(Field(8), number);
        else
            AddNull();
    }

    public void Add(float? value)
    {
        if (value is { } number)
            BinaryPrimitives.WriteSingleBigEndian(Field(4), number);
        else
            AddNull();
    }

    public void Add(bool? value)
    {
        if (value is { } flag)
            Field(1)[0] = flag ? (byte)1 : (byte)0;
        else
            AddNull();
    }

    /// <summary>UTC; <see cref="DateTime.MaxValue"/> is PostgreSQL's infinity.</summary>
    public void Add(DateTime? value)
    {
        if (value is { } at)
            BinaryPrimitives.WriteInt64BigEndian(Field(8), at == DateTime.MaxValue ? long.MaxValue : (at - _epoch).Ticks / TimeSpan.TicksPerMicrosecond);
        else
            AddNull();
    }

    public void Add(Guid? value)
    {
        if (value is { } guid)
            guid.TryWriteBytes(Field(16), bigEndian: true, out _);
        else
            AddNull();
    }

    public void Add(string? text)
    {
        if (text is null)
        {
            AddNull();
            return;
        }
        var span = GetSpan(4 + Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, span[4..]);
        BinaryPrimitives.WriteInt32BigEndian(span, length);
        _length += 4 + length;
    }

    public void Add(EventText text)
    {
        if (text.IsNone)
        {
            AddNull();
            return;
        }
        var span = GetSpan(4 + text.MaxBytes);
        var length = text.CopyTo(span[4..]);
        BinaryPrimitives.WriteInt32BigEndian(span, length);
        _length += 4 + length;
    }

    /// <summary>A <c>bytea</c>, or whatever the function writes.</summary>
    public void Add<T>(T state, Action<T, IBufferWriter<byte>> write)
    {
        Reserve(4);
        var start = _length;
        _length += 4;
        write(state, this);
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start), _length - start - 4);
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    public void AddNull()
    {
        BinaryPrimitives.WriteInt32BigEndian(GetSpan(4), Null);
        _length += 4;
    }

    private Span<byte> Field(int bytes)
    {
        var span = GetSpan(4 + bytes);
        BinaryPrimitives.WriteInt32BigEndian(span, bytes);
        _length += 4 + bytes;
        return span.Slice(4, bytes);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    private void Reserve(int size)
    {
        size = Math.Max(size, 64);
        if (_bytes.Length - _length < size)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(_bytes.Length * 2L, (long)_length + size)));
    }
}
