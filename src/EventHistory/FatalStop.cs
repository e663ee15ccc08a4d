namespace EventHistory;

/// <summary>
/// How a running part ends the process when waiting cannot help (a broker without streams, a wrong password): every part is stopped
/// in order, and the process exits with 1 and this one sentence on stderr. The first reason wins.
/// </summary>
internal sealed class FatalStop(IHostApplicationLifetime lifetime)
{
    private string? _sentence;

    /// <summary>Why the process had to stop, or null: it was asked to.</summary>
    public string? Sentence => Volatile.Read(ref _sentence);

    public void Because(string sentence)
    {
        Interlocked.CompareExchange(ref _sentence, sentence, null);
        lifetime.StopApplication();
    }
}
