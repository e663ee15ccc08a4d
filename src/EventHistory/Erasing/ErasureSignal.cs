namespace EventHistory.Erasing;

/// <summary>Says that an erasure was asked for, so that it begins at once.</summary>
internal sealed class ErasureSignal : IDisposable
{
    private readonly SemaphoreSlim _asked = new(0);

    public void Give() => _asked.Release();

    public Task Wait(TimeSpan atMost, CancellationToken ct) => _asked.WaitAsync(atMost, ct);

    public void Dispose() => _asked.Dispose();
}
