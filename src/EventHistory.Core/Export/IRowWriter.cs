namespace EventHistory.Core.Export;

/// <summary>Writes tasks in one form, value by value: in the order of the fields, one call for each.</summary>
public interface IRowWriter
{
    /// <param name="head">Null: it is to say nothing but rows.</param>
    void Begin(ExportHead? head);

    void BeginRow();

    void Null();

    void Text(ReadOnlySpan<byte> utf8);

    void Time(DateTime at);

    void Number(double number);

    void Number(long number);

    void Flag(bool flag);

    void EndRow();

    /// <param name="total">Null: it is to say nothing but rows.</param>
    void Finish(ExportEnd? total);
}
