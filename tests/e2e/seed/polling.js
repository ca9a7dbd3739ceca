function startPolling() {
  // Poll every 5 minutes
  setInterval(async () => {
    try {
      const response = await fetch('/api/deployments/status/');
      const data = await response.json();
      
      const newDeploymentTime = data.deployed_at;
      const currentDeploymentTime = localStorage.getItem('deploymentTime');
      
      if (!currentDeploymentTime || new Date(newDeploymentTime) > new Date(currentDeploymentTime)) {
        notifyUser('New version available! Refreshing...');
        localStorage.setItem('deploymentTime', newDeploymentTime);
        setTimeout(() => window.location.reload(), 2000);
      }
    } catch (error) {
      console.error('Polling error:', error);
    }
  }, 5 * 60 * 1000); // 5 minutes
}
