namespace EventHistory.Reports;

/// <summary>Says in this process that there may be something to deliver, so that it does not wait for the next look.</summary>
internal sealed class DeliveryBell : IDisposable
{
    private readonly SemaphoreSlim _rung = new(0, 1);

    public void Ring()
    {
        try
        {
            _rung.Release();
        }
        catch (SemaphoreFullException)
        {
            // it rings already
        }
    }

    public Task Wait(TimeSpan most, CancellationToken ct) => _rung.WaitAsync(most, ct);

    public void Dispose() => _rung.Dispose();
}
