namespace EventHistory;

/// <summary>The process cannot do what it was asked to. The message is the one sentence a person reads: what is wrong and what would be right.</summary>
internal sealed class StartException(string sentence, int exitCode = StartException.Failure) : Exception(sentence)
{
    /// <summary>Exit code of everything that is not a setting: a database too old, a port taken.</summary>
    public const int Failure = 1;

    /// <summary>Exit code of a bad setting or a bad command line.</summary>
    public const int BadSettings = 2;

    public int ExitCode { get; } = exitCode;
}
