using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EventHistory.Erasing;

internal static class ErasingSetup
{
    /// <summary>What asks for erasures.</summary>
    public static void AddErasureRequests(this IServiceCollection services)
    {
        services.TryAddSingleton<ErasureSignal>();
        services.TryAddSingleton<ErasureRequests>();
    }

    /// <summary>What carries them out. Needs the database (<c>AddDatabase</c>).</summary>
    public static IServiceCollection AddErasing(this IServiceCollection services)
    {
        services.AddErasureRequests();
        return services.AddSingleton<Eraser>().AddHostedService<ErasureService>();
    }
}
